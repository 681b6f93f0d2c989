-- Redemptions whose time is over: kept for a yes that did not come, or a voucher nobody used; and
-- those of people who had themselves erased, whose units are for others again.
SELECT
    citizen_id,
    id,
    state,
    FALSE AS closed,
    coalesce(hold_until, valid_until) AS since
FROM rewards_redemption
WHERE
    (state = 'reserved' AND hold_until <= %(at)s)
    OR (state = 'confirmed' AND valid_until <= %(at)s)
UNION ALL
SELECT
    redemption.citizen_id,
    redemption.id,
    redemption.state,
    TRUE AS closed,
    person.erased_at AS since
FROM identity_person AS person
INNER JOIN rewards_redemption AS redemption ON person.id = redemption.citizen_id
WHERE
    person.erased_at > %(erased_since)s
    AND redemption.state IN ('reserved', 'confirmed')
ORDER BY since, id
LIMIT %(limit)s;
