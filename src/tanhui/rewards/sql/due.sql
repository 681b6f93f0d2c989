-- Redemptions whose time is over: kept for a yes that did not come, or a voucher nobody used.
SELECT
    citizen_id,
    id,
    state
FROM rewards_redemption
WHERE
    (state = 'reserved' AND hold_until <= %(at)s)
    OR (state = 'confirmed' AND valid_until <= %(at)s)
ORDER BY coalesce(hold_until, valid_until), id
LIMIT %(limit)s;
