SELECT f.id
FROM vault_file AS f
LEFT JOIN vault_erased AS e ON f.id = e.file_id
WHERE f.owner_id = %(person_id)s AND e.file_id IS NULL
ORDER BY f.at, f.id;
