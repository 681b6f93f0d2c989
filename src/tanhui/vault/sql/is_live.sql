-- How many files that were not erased still consist of these bytes.
SELECT count(*) AS files
FROM vault_version AS v
LEFT JOIN vault_erased AS e ON v.file_id = e.file_id
WHERE v.sha256 = %(sha256)s AND e.file_id IS NULL;
