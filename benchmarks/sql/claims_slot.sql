-- One row for each five minutes that a trip touches; taken ones are left out.
INSERT INTO claims_slot (citizen_id, slot)
SELECT
    trip.citizen_id,
    slot.number
FROM claims_trip AS trip
CROSS JOIN
    LATERAL generate_series(
        floor(extract(EPOCH FROM trip.started_at) / 300)::bigint,
        ceil(extract(EPOCH FROM trip.ended_at) / 300)::bigint - 1
    ) AS slot (number)
WHERE trip.is_second = %(second)s
ORDER BY trip.citizen_id, slot.number
ON CONFLICT DO NOTHING;
