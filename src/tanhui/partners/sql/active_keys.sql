-- The keys that hold, of one partner or, without a code, of all.
SELECT
    key.id,
    key.partner_id,
    partner.code,
    key.environment,
    key.algorithm,
    key.secret_sealed,
    key.public_key,
    FALSE AS revoked
FROM partners_key AS key
INNER JOIN partners_partner AS partner ON partner.id = key.partner_id
WHERE
    (%(code)s::text IS NULL OR partner.code = %(code)s)
    AND NOT EXISTS (
        SELECT 1
        FROM partners_key_end AS ending
        WHERE ending.key_id = key.id
    )
ORDER BY key.partner_id ASC, key.created_at DESC;
