-- What an event moved: ranges with where they come from, in the order of their numbers.
SELECT
    movement.event_id,
    movement.from_account_id,
    movement.to_account_id,
    project.code,
    project.name_zh,
    project.name_en,
    issuance.vintage,
    lower(movement.serials) AS first_number,
    upper(movement.serials) - 1 AS last_number,
    issuance.said ->> 'methodology' AS methodology,
    issuance.said ->> 'digest' AS digest
FROM registry_movement AS movement
INNER JOIN registry_block AS block ON movement.block_id = block.id
INNER JOIN registry_issuance AS issuance ON block.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
WHERE movement.event_id = any(%(event_ids)s::uuid[])
ORDER BY movement.serials;
