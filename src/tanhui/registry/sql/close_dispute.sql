UPDATE registry_dispute SET closed_at = %(at)s
WHERE project_id = %(project_id)s AND vintage = %(vintage)s AND closed_at IS NULL
RETURNING id;
