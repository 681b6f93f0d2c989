SELECT
    dispute.id,
    project.code,
    dispute.vintage,
    dispute.reason,
    dispute.opened_at
FROM registry_dispute AS dispute
INNER JOIN projects_project AS project ON dispute.project_id = project.id
WHERE dispute.closed_at IS NULL
ORDER BY dispute.id;
