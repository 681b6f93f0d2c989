SELECT
    citizen_id,
    id,
    offer_id,
    batch_id,
    units,
    points,
    cost_fen,
    key,
    fingerprint,
    state,
    at,
    hold_until,
    valid_until,
    confirmed_at,
    ended_at,
    reason,
    points_transfer_id,
    fen_transfer_id
FROM rewards_reserve(
    %(citizen_id)s::bigint, %(id)s::uuid, %(offer_code)s::text, %(units)s::integer, %(key)s::text,
    %(fingerprint)s::bytea, %(state)s::text, %(at)s::timestamptz, %(hold_until)s::timestamptz,
    %(day_start)s::timestamptz, %(waiting_since)s::timestamptz, %(levels_mg)s::bigint[],
    %(voucher)s::text, %(points_transfer_id)s::uuid, %(fen_transfer_id)s::uuid,
    %(points_reason)s::smallint, %(fen_reason)s::smallint, %(actor)s::text,
    %(step_up_points)s::bigint, %(step_up_day)s::bigint, %(device_points)s::bigint,
    %(device_day)s::bigint
);
