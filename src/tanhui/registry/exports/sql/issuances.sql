-- Every issuance with its period.
SELECT
    issuance.event_id,
    issuance.period_id,
    period.number AS period_number,
    project.code,
    issuance.vintage,
    event.at,
    lower(period.days) AS first_day,
    upper(period.days) - 1 AS last_day,
    lower(issuance.serials) AS first_number,
    upper(issuance.serials) - 1 AS last_number
FROM registry_issuance AS issuance
INNER JOIN registry_event AS event ON issuance.event_id = event.id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
INNER JOIN projects_period AS period ON issuance.period_id = period.id
ORDER BY first_number;
