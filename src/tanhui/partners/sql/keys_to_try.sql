-- The keys that hold, and behind them those that were revoked lately.
SELECT
    key.id,
    key.partner_id,
    partner.code,
    key.environment,
    key.algorithm,
    key.secret_sealed,
    key.public_key,
    ending.key_id IS NOT NULL AS revoked
FROM partners_key AS key
INNER JOIN partners_partner AS partner ON partner.id = key.partner_id
LEFT JOIN partners_key_end AS ending ON ending.key_id = key.id
WHERE
    (%(code)s::text IS NULL OR partner.code = %(code)s)
    AND (ending.ended_at IS NULL OR ending.ended_at >= %(since)s)
ORDER BY ending.key_id IS NOT NULL, key.partner_id ASC, key.created_at DESC;
