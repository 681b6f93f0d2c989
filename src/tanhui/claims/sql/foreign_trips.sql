-- Trips that other schemes have rewarded these citizens for, as whole columns. A trip's day is
-- that of its start, so one that reaches into the first of these days may be of the day before.
WITH found AS (
    SELECT
        foreign_trip.citizen_id,
        foreign_trip.scheme::bigint AS scheme,
        foreign_trip.grouping::bigint AS grouping,
        (extract(EPOCH FROM foreign_trip.started_at) * 1000000)::bigint AS started,
        (extract(EPOCH FROM foreign_trip.ended_at) * 1000000)::bigint AS ended
    FROM claims_foreign AS foreign_trip
    WHERE
        foreign_trip.day BETWEEN %(first_day)s AND %(last_day)s
        AND foreign_trip.started_at < %(until)s
        AND foreign_trip.ended_at > %(since)s
        AND foreign_trip.citizen_id = any(%(citizen_ids)s)
)

SELECT
    array_send(array_agg(found.citizen_id)) AS citizens,
    array_send(array_agg(found.started)) AS starts,
    array_send(array_agg(found.ended)) AS ends,
    array_send(array_agg(found.grouping)) AS groupings,
    array_send(array_agg(found.scheme)) AS schemes
FROM found;
