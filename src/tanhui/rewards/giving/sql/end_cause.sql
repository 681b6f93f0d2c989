UPDATE rewards_cause SET ended_at = %(at)s
WHERE id = %(id)s AND ended_at IS NULL;
