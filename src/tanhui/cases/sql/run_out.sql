-- Cases of a kind whose clock has run out, the longest ago first.
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
WHERE found.kind = %(kind)s AND found.clock_at <= %(at)s
ORDER BY found.clock_at, found.id
LIMIT %(rows_max)s;
