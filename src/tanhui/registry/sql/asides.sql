-- What is frozen, pledged or held by a court now; of one holder, or all.
SELECT
    aside.id,
    aside.kind,
    aside.organisation_id,
    aside.reason,
    event.at,
    project.code,
    account.vintage,
    line.kg
FROM registry_aside AS aside
INNER JOIN registry_event AS event ON aside.id = event.id
INNER JOIN registry_line AS line ON aside.id = line.event_id
INNER JOIN registry_account AS account ON line.account_id = account.id
INNER JOIN projects_project AS project ON account.project_id = project.id
WHERE
    aside.ended_by IS NULL
    AND (%(id)s::uuid IS NULL OR aside.id = %(id)s)
    AND (%(organisation_id)s::integer IS NULL OR aside.organisation_id = %(organisation_id)s)
ORDER BY event.number;
