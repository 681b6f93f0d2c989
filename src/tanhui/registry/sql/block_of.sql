SELECT
    block.state,
    block.account_id,
    account.organisation_id,
    project.code,
    issuance.vintage,
    block.issue_id,
    lower(block.serials) AS first_number,
    upper(block.serials) - 1 AS last_number
FROM registry_block AS block
INNER JOIN registry_account AS account ON block.account_id = account.id
INNER JOIN registry_issuance AS issuance ON block.issue_id = issuance.event_id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
WHERE block.serials @> %(number)s::bigint;
