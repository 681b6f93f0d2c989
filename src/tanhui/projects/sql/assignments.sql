-- Who was asked to verify: a subject, a project, or what one body has; the newest first.
SELECT
    task.id,
    task.project_id,
    task.subject,
    task.verifier_id,
    task.assigner_id,
    task.at,
    task.ended_at,
    task.why
FROM projects_assignment AS task
WHERE
    (%(subject)s::text IS NULL OR task.subject = %(subject)s)
    AND (%(verifier_id)s::bigint IS NULL OR task.verifier_id = %(verifier_id)s)
    AND (%(project_id)s::bigint IS NULL OR task.project_id = %(project_id)s)
    AND (NOT %(live)s OR task.ended_at IS NULL)
ORDER BY task.id DESC;
