UPDATE registry_retirement
SET state = %(state)s, ended_by = %(event_id)s, commitment = %(commitment)s
WHERE id = %(id)s AND state = 'pending';
