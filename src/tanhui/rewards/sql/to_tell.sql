-- Vouchers of the last day whose citizen was not told that they are there, and those that end
-- within so many days and were not told of that. Who won a draw was told by it; a gift has none.
SELECT
    redemption.citizen_id,
    redemption.id,
    redemption.points,
    redemption.valid_until,
    offer.title_zh,
    offer.title_en,
    'confirmed' AS what
FROM rewards_offer AS offer
INNER JOIN rewards_redemption AS redemption ON redemption.offer_id = offer.id
WHERE
    offer.release = 'open'
    AND offer.kind <> 'donation'
    AND redemption.at > %(since)s
    AND redemption.state IN ('confirmed', 'delivered')
    AND redemption.valid_until IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM notices_message AS told
        WHERE
            told.person_id = redemption.citizen_id
            AND told.key = 'redemption/' || redemption.id || '/confirmed'
    )
UNION ALL
SELECT
    redemption.citizen_id,
    redemption.id,
    redemption.points,
    redemption.valid_until,
    offer.title_zh,
    offer.title_en,
    'expiring' AS what
FROM rewards_redemption AS redemption
INNER JOIN rewards_offer AS offer ON offer.id = redemption.offer_id
WHERE
    redemption.state = 'confirmed'
    AND redemption.valid_until > %(at)s
    AND redemption.valid_until <= %(ends_by)s
    AND redemption.at <= %(since)s
    AND NOT EXISTS (
        SELECT 1
        FROM notices_message AS told
        WHERE
            told.person_id = redemption.citizen_id
            AND told.key = 'redemption/' || redemption.id || '/expiring'
    )
LIMIT %(limit)s;
