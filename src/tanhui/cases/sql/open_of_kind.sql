-- Live cases of a kind in these states (all, if none is named), the oldest first, after one.
SELECT
    found.id,
    found.kind,
    found.version,
    found.subject,
    found.state,
    found.party_id,
    found.facts,
    found.opened_at,
    found.clock_at,
    found.clock_then,
    found.assignee_id,
    found.closed_at,
    found.steps
FROM cases_case AS found
WHERE
    found.kind = %(kind)s
    AND found.closed_at IS NULL
    AND (found.state = any(%(states)s) OR cardinality(%(states)s::text[]) = 0)
    AND (
        %(after)s::uuid IS NULL
        OR (found.opened_at, found.id) > (
            SELECT
                earlier.opened_at,
                earlier.id
            FROM cases_case AS earlier
            WHERE earlier.id = %(after)s::uuid
        )
    )
ORDER BY found.opened_at, found.id
LIMIT %(rows_max)s;
