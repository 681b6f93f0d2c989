SELECT
    citizen_id,
    redemption_id,
    drop_id,
    number,
    salt,
    code,
    tickets,
    at,
    left_at,
    place,
    outcome
FROM rewards_entry
WHERE
    citizen_id = %(citizen_id)s::bigint
    AND (%(drop_id)s::bigint IS NULL OR drop_id = %(drop_id)s::bigint)
ORDER BY at DESC, number DESC
LIMIT %(limit)s::integer;
