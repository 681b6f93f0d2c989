-- One redemption at a merchant, without whose it is; the eight letters once it is used.
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
    sponsor.name_zh AS sponsor_zh,
    sponsor.name_en AS sponsor_en,
    CASE WHEN step.at IS NOT NULL THEN voucher.code END AS voucher_code
FROM rewards_redemption AS redemption
INNER JOIN rewards_offer AS offer ON redemption.offer_id = offer.id
LEFT JOIN rewards_step AS step
    ON
        redemption.citizen_id = step.citizen_id
        AND redemption.id = step.redemption_id
        AND step.state = 'delivered'
INNER JOIN rewards_batch AS batch ON redemption.batch_id = batch.id
INNER JOIN rewards_funding AS funding ON batch.funding_id = funding.id
INNER JOIN identity_organisation AS sponsor ON funding.sponsor_id = sponsor.id
LEFT JOIN rewards_voucher AS voucher ON redemption.id = voucher.redemption_id
WHERE redemption.id = %(id)s AND offer.merchant_id = %(merchant_id)s;
