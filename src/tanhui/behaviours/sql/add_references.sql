INSERT INTO behaviours_reference (partner_id, digest, citizen_id, started_at, reference)
SELECT
    %(partner_id)s,
    item.digest,
    item.citizen_id,
    item.started_at,
    item.reference
FROM
    unnest(%(digests)s, %(citizen_ids)s, %(started_at)s, %(texts)s::text[])
        AS item (digest, citizen_id, started_at, reference);
