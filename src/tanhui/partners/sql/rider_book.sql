-- All riders of a partner as two whole columns.
SELECT
    array_send(array_agg(rider.rider_digest ORDER BY rider.rider_digest)) AS digests,
    array_send(array_agg(rider.citizen_id ORDER BY rider.rider_digest)) AS citizens
FROM partners_rider AS rider
WHERE rider.partner_id = %(partner_id)s;
