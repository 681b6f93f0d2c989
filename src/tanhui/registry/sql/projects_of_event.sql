SELECT DISTINCT project.code
FROM registry_line AS line
INNER JOIN registry_account AS account ON line.account_id = account.id
INNER JOIN projects_project AS project ON account.project_id = project.id
WHERE line.event_id = %(event_id)s;
