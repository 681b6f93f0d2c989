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
FROM rewards_go_on(
    %(citizen_id)s::bigint, %(id)s::uuid, %(from_states)s::text[], %(to_state)s::text,
    %(reason)s::text, %(actor)s::text, %(voucher)s::text, %(day_start)s::timestamptz,
    %(restored_until)s::timestamptz, %(ids)s::uuid[], %(resolution)s::smallint,
    %(points_returned)s::smallint, %(fen_returned)s::smallint, %(at)s::timestamptz
);
