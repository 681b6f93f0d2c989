UPDATE projects_foreign_import AS reading
SET outcome = %(outcome)s
WHERE reading.id = %(import_id)s;
