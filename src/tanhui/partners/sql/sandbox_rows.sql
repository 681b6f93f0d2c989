-- How many rows of a partner the sandbox has accepted in the deliveries that are kept.
SELECT coalesce(sum(delivery.recorded_count), 0)::bigint AS accepted
FROM partners_delivery AS delivery
WHERE delivery.partner_id = %(partner_id)s AND delivery.environment = 'sandbox';
