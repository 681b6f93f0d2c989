SELECT
    code,
    citizen_id,
    redemption_id,
    merchant_id
FROM rewards_voucher
WHERE
    (%(code)s::text IS NOT NULL OR %(redemption_id)s::uuid IS NOT NULL)
    AND (%(code)s::text IS NULL OR code = %(code)s)
    AND (%(redemption_id)s::uuid IS NULL OR redemption_id = %(redemption_id)s);
