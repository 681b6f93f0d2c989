-- Every move of every kilogram with its event and its place in the log, a run of events at a time.
WITH run AS (
    SELECT event.number
    FROM registry_event AS event
    WHERE event.number > %(after)s::bigint
    ORDER BY event.number
    LIMIT %(limit)s
)

SELECT
    event.number AS event_number,
    event.id,
    event.kind,
    event.at,
    project.code,
    issuance.vintage,
    movement.from_account_id,
    movement.to_account_id,
    event.facts,
    leaf.position AS log_index,
    lower(movement.serials) AS first_number,
    upper(movement.serials) - 1 AS last_number
FROM run
INNER JOIN registry_event AS event ON run.number = event.number
INNER JOIN registry_movement AS movement ON event.id = movement.event_id
INNER JOIN registry_block AS block ON movement.block_id = block.id
INNER JOIN registry_issuance AS issuance ON block.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
LEFT JOIN publiclog_outbox AS leaf ON event.outbox_id = leaf.id
ORDER BY event.number, movement.serials;
