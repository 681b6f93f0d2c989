COPY (
    SELECT
        rider.rider_digest,
        rider.citizen_id
    FROM partners_rider AS rider
    WHERE rider.partner_id = %(partner_id)s
    ORDER BY rider.rider_digest
) TO STDOUT (FORMAT binary);
