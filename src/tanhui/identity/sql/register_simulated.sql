-- Adds the simulated persons that are missing up to a count; answers the new ids.
WITH known AS (
    SELECT count(*) AS persons
    FROM identity_person AS person
    WHERE person.simulated
)

INSERT INTO identity_person (simulated, registered_at)
SELECT
    true AS simulated,
    %(at)s AS registered_at
FROM known
CROSS JOIN generate_series(1, %(count)s - known.persons)
RETURNING id;
