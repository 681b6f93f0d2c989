-- Units of a merchant's vouchers that were redeemed and are not used yet.
SELECT coalesce(sum(redemption.units), 0)::integer AS units
FROM rewards_offer AS offer
INNER JOIN rewards_redemption AS redemption ON offer.id = redemption.offer_id
WHERE offer.merchant_id = %(merchant_id)s AND redemption.state = 'confirmed';
