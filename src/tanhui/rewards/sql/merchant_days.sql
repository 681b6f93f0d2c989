-- What a merchant gave out on each day of the city that had any, and what sponsors owe for it; what
-- came back later does not count.
SELECT
    (step.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    sum(redemption.units)::integer AS units,
    sum(redemption.cost_fen)::bigint AS cost_fen
FROM rewards_offer AS offer
INNER JOIN rewards_redemption AS redemption ON offer.id = redemption.offer_id
INNER JOIN rewards_step AS step
    ON
        redemption.citizen_id = step.citizen_id
        AND redemption.id = step.redemption_id
        AND step.state = 'delivered'
WHERE
    offer.merchant_id = %(merchant_id)s
    AND redemption.state = 'delivered'
    AND redemption.at >= %(first)s::timestamptz - interval '367 days'
    AND step.at >= %(first)s AND step.at < %(last)s
GROUP BY (step.at AT TIME ZONE 'Asia/Shanghai')::date
ORDER BY day;
