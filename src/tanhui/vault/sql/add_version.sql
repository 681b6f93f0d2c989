INSERT INTO vault_version (file_id, number, sha256, sent, actor, at)
SELECT
    %(file_id)s,
    coalesce(max(v.number), 0) + 1 AS number,
    %(sha256)s,
    %(sent)s,
    %(actor)s,
    %(at)s
FROM vault_version AS v
WHERE v.file_id = %(file_id)s
RETURNING number;
