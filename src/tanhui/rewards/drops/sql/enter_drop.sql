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
FROM rewards_enter_drop(
    %(citizen_id)s::bigint, %(redemption_id)s::uuid, %(drop)s::text, %(salt)s::bytea,
    %(code)s::bytea, %(at)s::timestamptz
);
