SELECT
    v.number,
    v.sha256,
    v.sent,
    c.size,
    c.media_type,
    c.scan,
    v.at
FROM vault_version AS v
INNER JOIN vault_content AS c ON v.sha256 = c.sha256
WHERE v.file_id = %(file_id)s
ORDER BY v.number;
