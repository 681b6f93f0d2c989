INSERT INTO registry_dispute (project_id, vintage, reason, opened_at)
VALUES (%(project_id)s, %(vintage)s, %(reason)s, %(at)s)
ON CONFLICT DO NOTHING
RETURNING id;
