-- The trips to be claimed, in the order in which a chunk would bring them, and the two candidates.
DROP TABLE IF EXISTS claims_trip, claims_range, claims_slot;
CREATE UNLOGGED TABLE claims_trip AS
SELECT
    trip.citizen_id,
    trip.started_at,
    trip.started_at + trip.seconds * interval '1 second' AS ended_at,
    trip.is_second
FROM (
    SELECT
        mod(number, %(citizens)s) AS citizen_id,
        -- Trips of one citizen begin two hours apart, so the first million never overlap.
        timestamptz '2026-01-05 00:00+08'
        + (number / %(citizens)s) * interval '2 hours'
        + mod(number * 7919, 3600) * interval '1 second' AS started_at,
        300 + mod(number * 104729, 1200) AS seconds,
        false AS is_second
    FROM generate_series(0::bigint, %(rows)s - 1) AS number
    UNION ALL
    -- The same trips as another partner saw them: a minute later.
    SELECT
        mod(number, %(citizens)s),
        timestamptz '2026-01-05 00:01+08'
        + (number / %(citizens)s) * interval '2 hours'
        + mod(number * 7919, 3600) * interval '1 second',
        300 + mod(number * 104729, 1200),
        true
    FROM generate_series(0::bigint, %(rows)s - 1, 20) AS number
) AS trip
ORDER BY trip.is_second, trip.citizen_id, trip.started_at;
ANALYZE claims_trip;

CREATE TABLE claims_range (
    citizen_id bigint NOT NULL,
    during tstzrange NOT NULL,
    EXCLUDE USING gist (int8range(citizen_id, citizen_id, '[]') WITH =, during WITH &&)
);

CREATE TABLE claims_slot (
    citizen_id bigint NOT NULL,
    slot bigint NOT NULL,
    PRIMARY KEY (citizen_id, slot)
);
