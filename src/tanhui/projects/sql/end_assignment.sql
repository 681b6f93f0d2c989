UPDATE projects_assignment
SET ended_at = %(at)s, why = %(why)s
WHERE subject = %(subject)s AND ended_at IS NULL;
