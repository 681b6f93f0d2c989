INSERT INTO projects_assignment (project_id, subject, verifier_id, assigner_id, at)
VALUES (%(project_id)s, %(subject)s, %(verifier_id)s, %(assigner_id)s, %(at)s);
