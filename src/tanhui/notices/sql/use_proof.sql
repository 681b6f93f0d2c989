UPDATE notices_proof SET used_at = %(at)s
WHERE id = %(id)s AND used_at IS NULL
RETURNING id;
