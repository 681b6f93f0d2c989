-- What a merchant gave out in a span of time, the newest first, without whom it was given to. The
-- eight letters stand with what is used alone: of what is not yet, they would be worth something.
SELECT
    redemption.id,
    offer.code AS offer_code,
    offer.title_zh,
    offer.title_en,
    offer.delivery,
    redemption.units,
    redemption.points,
    redemption.cost_fen,
    redemption.state,
    redemption.confirmed_at,
    step.at AS delivered_at,
    redemption.ended_at,
    voucher.code AS voucher_code,
    sponsor.name_zh AS sponsor_zh,
    sponsor.name_en AS sponsor_en
FROM rewards_offer AS offer
INNER JOIN rewards_redemption AS redemption ON offer.id = redemption.offer_id
INNER JOIN rewards_step AS step
    ON
        redemption.citizen_id = step.citizen_id
        AND redemption.id = step.redemption_id
        AND step.state = 'delivered'
INNER JOIN rewards_batch AS batch ON redemption.batch_id = batch.id
INNER JOIN rewards_funding AS funding ON batch.funding_id = funding.id
INNER JOIN identity_organisation AS sponsor ON funding.sponsor_id = sponsor.id
LEFT JOIN rewards_voucher AS voucher ON redemption.id = voucher.redemption_id
WHERE
    offer.merchant_id = %(merchant_id)s
    -- No voucher lives longer than a year, so that older redemptions need not be looked at.
    AND redemption.at >= %(first)s::timestamptz - interval '367 days'
    AND step.at >= %(first)s AND step.at < %(last)s
    AND (%(offer_code)s::text IS NULL OR offer.code = %(offer_code)s)
ORDER BY step.at DESC, redemption.id ASC
LIMIT %(limit)s;
