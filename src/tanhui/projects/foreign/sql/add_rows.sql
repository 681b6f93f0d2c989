INSERT INTO projects_foreign_row (register, digest, import_id)
SELECT
    %(register)s,
    listed.digest,
    %(import_id)s
FROM unnest(%(digests)s::bytea[]) AS listed (digest);
