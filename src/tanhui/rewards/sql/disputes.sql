-- Disputes with what they are about and where they stand, the newest first: all, or those of a
-- merchant, a citizen, a redemption, one number; live, closed, or both.
SELECT
    dispute.number,
    dispute.case_id,
    dispute.citizen_id,
    dispute.redemption_id,
    dispute.raised_by,
    dispute.at,
    found.state,
    found.clock_at,
    found.closed_at,
    offer.code AS offer_code,
    offer.title_zh,
    offer.title_en,
    offer.merchant_id,
    offer.delivery,
    redemption.units,
    redemption.points,
    redemption.cost_fen,
    redemption.state AS redemption_state,
    redemption.confirmed_at,
    redemption.ended_at,
    voucher.code AS voucher_code
FROM rewards_dispute AS dispute
INNER JOIN cases_case AS found ON dispute.case_id = found.id
INNER JOIN rewards_redemption AS redemption
    ON dispute.citizen_id = redemption.citizen_id AND dispute.redemption_id = redemption.id
INNER JOIN rewards_offer AS offer ON redemption.offer_id = offer.id
LEFT JOIN rewards_voucher AS voucher ON redemption.id = voucher.redemption_id
WHERE
    (%(number)s::bigint IS NULL OR dispute.number = %(number)s)
    AND (%(case_id)s::uuid IS NULL OR dispute.case_id = %(case_id)s)
    AND (%(merchant_id)s::integer IS NULL OR offer.merchant_id = %(merchant_id)s)
    AND (%(citizen_id)s::bigint IS NULL OR dispute.citizen_id = %(citizen_id)s)
    AND (%(redemption_id)s::uuid IS NULL OR dispute.redemption_id = %(redemption_id)s)
    AND (%(live)s::boolean IS NULL OR (found.closed_at IS NULL) = %(live)s)
ORDER BY dispute.number DESC
LIMIT %(limit)s;
