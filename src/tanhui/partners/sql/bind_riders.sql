INSERT INTO partners_rider (partner_id, rider_digest, citizen_id, bound_at)
SELECT
    %(partner_id)s,
    item.rider_digest,
    item.citizen_id,
    %(at)s
FROM unnest(%(rider_digests)s, %(citizen_ids)s) AS item (rider_digest, citizen_id)
ORDER BY item.rider_digest
ON CONFLICT DO NOTHING;
