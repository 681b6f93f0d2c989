-- One row a trip; a trip that overlaps another of the same citizen is left out.
INSERT INTO claims_range (citizen_id, during)
SELECT
    trip.citizen_id,
    tstzrange(trip.started_at, trip.ended_at)
FROM claims_trip AS trip
WHERE trip.is_second = %(second)s
ORDER BY trip.citizen_id, trip.started_at
ON CONFLICT DO NOTHING;
