-- What is known of these projects; nobody else changes them until the file is read.
SELECT
    project.code,
    project.id,
    to_jsonb(project) - 'grams' - 'owner_grams' AS known
FROM projects_foreign_project AS project
WHERE project.code = any(%(codes)s)
FOR UPDATE;
