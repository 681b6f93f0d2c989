SELECT count(*) FROM notices_message
WHERE person_id = %(person_id)s AND read_at IS NULL;
