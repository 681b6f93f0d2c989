-- Cases of a kind about these subjects, the newest of each first.
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
WHERE found.kind = %(kind)s AND found.subject = any(%(subjects)s)
ORDER BY found.opened_at DESC, found.id ASC;
