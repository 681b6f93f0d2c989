SELECT
    array_agg(number ORDER BY number) AS numbers,
    string_agg(code, ''::bytea ORDER BY number) AS codes,
    array_agg(tickets ORDER BY number) AS tickets
FROM rewards_entry
WHERE drop_id = %(drop_id)s::bigint AND left_at IS NULL;
