-- For each message: what it was answered before, if it was, and whether its key has ended.
SELECT
    delivery.body_digest,
    delivery.result,
    ending.key_id IS NOT NULL AS key_ended
FROM
    unnest(%(message_ids)s::text[], %(key_ids)s::uuid[])
    WITH ORDINALITY AS item (message_id, key_id, ordinal)
LEFT JOIN partners_key_end AS ending ON ending.key_id = item.key_id
LEFT JOIN partners_delivery AS delivery
    ON
        delivery.message_id = item.message_id
        AND delivery.partner_id = %(partner_id)s
        AND delivery.environment = %(environment)s
ORDER BY item.ordinal;
