-- All files of a person that still have their bytes.
INSERT INTO vault_erased (file_id, actor, at)
SELECT
    f.id,
    %(actor)s,
    %(at)s
FROM vault_file AS f
WHERE f.owner_id = %(person_id)s
ON CONFLICT (file_id) DO NOTHING
RETURNING file_id;
