SELECT
    delivery.id,
    delivery.partner_id,
    delivery.environment,
    delivery.message_id,
    delivery.body_digest,
    delivery.key_id,
    delivery.received_at,
    delivery.took_ms,
    delivery.row_count,
    delivery.recorded_count,
    delivery.exists_count,
    delivery.held_count,
    delivery.refused_count,
    delivery.reduction_mg,
    delivery.points,
    delivery.result
FROM partners_delivery AS delivery
WHERE delivery.id = %(id)s AND delivery.partner_id = %(partner_id)s;
