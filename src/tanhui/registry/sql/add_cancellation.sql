INSERT INTO registry_cancellation (serials, reason, proposed_by, proposed_at)
VALUES (int8range(%(first)s, %(last)s, '[]'), %(reason)s, %(person_id)s, %(at)s)
RETURNING id;
