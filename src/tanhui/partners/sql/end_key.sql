INSERT INTO partners_key_end (key_id, ended_at, ended_by, reason)
VALUES (%(key_id)s, %(at)s, %(actor)s, %(reason)s)
ON CONFLICT DO NOTHING
RETURNING key_id;
