-- All keys of a partner, the newest first, and how each ended.
SELECT
    key.id,
    key.environment,
    key.algorithm,
    key.public_key,
    key.created_at,
    key.created_by,
    ending.ended_at,
    ending.ended_by,
    ending.reason
FROM partners_key AS key
LEFT JOIN partners_key_end AS ending ON ending.key_id = key.id
WHERE key.partner_id = %(partner_id)s
ORDER BY key.created_at DESC, key.id ASC;
