SELECT DISTINCT
    c.sha256,
    c.size
FROM vault_content AS c
INNER JOIN vault_version AS v ON c.sha256 = v.sha256
LEFT JOIN vault_erased AS e ON v.file_id = e.file_id
WHERE e.file_id IS NULL
ORDER BY c.sha256;
