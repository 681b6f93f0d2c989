-- Adds the simulated citizens that are missing up to a count; answers the new ids.
-- Simulated members of staff are not counted: they are nobody's riders.
WITH known AS (
    SELECT count(*) AS persons
    FROM identity_person AS person
    WHERE
        person.simulated
        AND person.erased_at IS NULL
        AND NOT EXISTS (
            SELECT 1
            FROM identity_membership AS membership
            WHERE membership.person_id = person.id
        )
)

INSERT INTO identity_person (simulated, registered_at)
SELECT
    TRUE AS simulated,
    %(at)s AS registered_at
FROM known
CROSS JOIN generate_series(1, %(count)s - known.persons)
RETURNING id;
