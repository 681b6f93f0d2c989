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
WHERE
    citizen_id = %(citizen_id)s
    AND (%(id)s::uuid IS NULL OR id = %(id)s)
    AND (cardinality(%(states)s::text[]) = 0 OR state = any(%(states)s))
ORDER BY at DESC, id ASC
LIMIT %(limit)s;
