SELECT
    f.id,
    f.purpose,
    f.owner_id,
    f.roles,
    f.organisations,
    e.at AS erased_at
FROM vault_file AS f
LEFT JOIN vault_erased AS e ON f.id = e.file_id
WHERE f.id = %(file_id)s;
