-- Everything that moved credits into or out of a holder's accounts, in order, run by run.
SELECT
    event.number,
    event.kind,
    event.at,
    event.facts,
    event.outbox_id,
    project.code,
    issuance.vintage,
    movement.from_account_id,
    movement.to_account_id,
    source.organisation_id AS from_organisation_id,
    target.organisation_id AS to_organisation_id,
    movement.to_state,
    lower(movement.serials) AS first_number,
    upper(movement.serials) - 1 AS last_number
FROM registry_movement AS movement
INNER JOIN registry_event AS event ON movement.event_id = event.id
INNER JOIN registry_block AS block ON movement.block_id = block.id
INNER JOIN registry_issuance AS issuance ON block.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
INNER JOIN registry_account AS target ON movement.to_account_id = target.id
LEFT JOIN registry_account AS source ON movement.from_account_id = source.id
WHERE
    movement.to_account_id = any(%(accounts)s::bigint[])
    OR (
        movement.from_account_id = any(%(accounts)s::bigint[])
        AND movement.from_account_id <> movement.to_account_id
    )
ORDER BY event.number, movement.serials;
