SELECT
    issuance.event_id,
    issuance.period_id,
    project.code,
    issuance.vintage,
    issuance.buffer_kg,
    issuance.said,
    issuance.verifier_key,
    issuance.signature,
    event.at,
    event.outbox_id,
    lower(issuance.serials) AS first_number,
    upper(issuance.serials) - 1 AS last_number
FROM registry_issuance AS issuance
INNER JOIN registry_event AS event ON issuance.event_id = event.id
INNER JOIN projects_project AS project ON issuance.project_id = project.id
WHERE
    (%(event_id)s::uuid IS NULL OR issuance.event_id = %(event_id)s)
    AND (%(project)s::text IS NULL OR project.code = %(project)s)
    AND (%(before)s::bigint IS NULL OR lower(issuance.serials) < %(before)s)
ORDER BY lower(issuance.serials) DESC
LIMIT %(limit)s;
