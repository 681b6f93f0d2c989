-- The stored answers to a partner's messages since an instant.
SELECT
    delivery.id,
    delivery.result
FROM partners_delivery AS delivery
WHERE delivery.partner_id = %(partner_id)s AND delivery.received_at >= %(since)s
ORDER BY delivery.received_at;
