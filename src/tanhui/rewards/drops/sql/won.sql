SELECT
    number,
    code
FROM rewards_entry
WHERE drop_id = %(drop_id)s::bigint AND place IS NOT NULL
ORDER BY place;
