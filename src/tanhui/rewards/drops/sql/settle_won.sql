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
FROM rewards_settle_won(
    %(drop_id)s::bigint, %(vouchers)s::text[], %(day_start)s::timestamptz,
    %(fen_reason)s::smallint, %(resolution)s::smallint, %(actor)s::text, %(at)s::timestamptz
);
