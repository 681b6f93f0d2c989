INSERT INTO partners_delivery (
    id, partner_id, environment, message_id, body_digest, key_id, received_at, took_ms,
    row_count, recorded_count, exists_count, held_count, refused_count, reduction_mg, points, result
) VALUES (
    %(id)s, %(partner_id)s, %(environment)s, %(message_id)s, %(body_digest)s, %(key_id)s,
    %(received_at)s, %(took_ms)s, %(rows)s, %(recorded)s, %(exists)s, %(held)s, %(refused)s,
    %(reduction_mg)s, %(points)s, %(result)s
)
ON CONFLICT ON CONSTRAINT partners_delivery_message_once DO NOTHING
RETURNING id;
