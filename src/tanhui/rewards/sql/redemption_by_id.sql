-- Desks know a redemption by its number alone.
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
FROM rewards_redemption
WHERE id = %(id)s;
