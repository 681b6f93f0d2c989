INSERT INTO partners_delivery (
    id, partner_id, environment, message_id, body_digest, key_id, received_at, took_ms,
    row_count, recorded_count, exists_count, held_count, refused_count, reduction_mg, points, result
)
SELECT
    item.id,
    %(partner_id)s,
    %(environment)s,
    item.message_id,
    item.body_digest,
    item.key_id,
    %(received_at)s,
    %(took_ms)s,
    item.row_count,
    item.recorded_count,
    item.exists_count,
    item.held_count,
    item.refused_count,
    item.reduction_mg,
    item.points,
    item.result
FROM
    unnest(
        %(ids)s::uuid[], %(message_ids)s::text[], %(digests)s::bytea[], %(key_ids)s::uuid[],
        %(rows)s::integer[], %(recorded)s::integer[], %(exists)s::integer[], %(held)s::integer[],
        %(refused)s::integer[], %(reduction_mg)s::bigint[], %(points)s::bigint[],
        %(results)s::bytea[]
    ) AS item (
        id, message_id, body_digest, key_id, row_count, recorded_count, exists_count, held_count,
        refused_count, reduction_mg, points, result
    );
