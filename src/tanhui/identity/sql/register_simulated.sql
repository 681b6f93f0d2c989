-- Adds the simulated persons that are missing up to a count; answers the new ids.
INSERT INTO identity_person (simulated, registered_at)
SELECT
    true AS simulated,
    %(at)s AS registered_at
FROM generate_series(
    1, %(count)s - (SELECT count(*) FROM identity_person AS person WHERE person.simulated)
)
RETURNING id;
