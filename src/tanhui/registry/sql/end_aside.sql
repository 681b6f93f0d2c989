UPDATE registry_aside SET ended_by = %(event_id)s
WHERE id = %(id)s AND ended_by IS NULL;
