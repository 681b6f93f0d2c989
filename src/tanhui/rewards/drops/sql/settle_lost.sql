SELECT
    citizen_id,
    redemption_id,
    next_tickets
FROM rewards_settle_lost(
    %(drop_id)s::bigint, %(limit)s::integer, %(resolution)s::smallint, %(actor)s::text,
    %(restored_until)s::timestamptz, %(at)s::timestamptz
);
