-- Every block with the event that brought it where it is, and its retirement where it is retired.
SELECT
    block.state,
    account.organisation_id,
    block.issue_id,
    issuance.vintage,
    project.code,
    moved.kind,
    moved.at,
    retirement.id AS retirement_id,
    moved.facts ->> 'aside' AS aside,
    moved.facts ->> 'why' AS reason,
    lower(block.serials) AS first_number,
    upper(block.serials) - 1 AS last_number
FROM registry_block AS block
INNER JOIN registry_account AS account ON block.account_id = account.id
INNER JOIN registry_issuance AS issuance ON block.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
CROSS JOIN
    LATERAL (
        SELECT
            event.id,
            event.kind,
            event.at,
            event.facts
        FROM registry_movement AS movement
        INNER JOIN registry_event AS event ON movement.event_id = event.id
        WHERE movement.serials @> lower(block.serials) AND movement.to_state = block.state
        ORDER BY event.number DESC
        LIMIT 1
    ) AS moved
LEFT JOIN registry_replacement AS replacement ON moved.id = replacement.event_id
LEFT JOIN registry_retirement AS retirement
    ON
        retirement.ended_by = moved.id
        OR replacement.retirement_id = retirement.id
ORDER BY first_number;
