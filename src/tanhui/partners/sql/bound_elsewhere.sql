SELECT count(*)
FROM unnest(%(rider_digests)s, %(citizen_ids)s) AS item (rider_digest, citizen_id)
INNER JOIN partners_rider AS rider
    ON rider.partner_id = %(partner_id)s AND rider.rider_digest = item.rider_digest
WHERE rider.citizen_id <> item.citizen_id;
