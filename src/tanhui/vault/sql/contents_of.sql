SELECT DISTINCT v.sha256
FROM vault_version AS v
WHERE v.file_id = any(%(file_ids)s::uuid[]);
