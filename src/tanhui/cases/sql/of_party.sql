-- The live cases about a person, the oldest first.
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
WHERE found.party_id = %(party_id)s AND found.kind = %(kind)s AND found.closed_at IS NULL
ORDER BY found.opened_at, found.id;
