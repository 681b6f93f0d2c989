UPDATE projects_verifier_key SET revoked_at = %(at)s
WHERE id = %(id)s;
