-- One case by its number.
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
WHERE found.id = %(case_id)s;
