-- A person logged in on this device. The first device of a person counts from registration: there
-- was no other one before it whose owner could be surprised.
INSERT INTO identity_device (person_id, token_hash, first_seen_at, known_since, seen_at)
SELECT
    person.id,
    %(token_hash)s AS digest,
    %(at)s::timestamptz AS first_seen_at,
    CASE
        WHEN
            %(vouched)s OR NOT EXISTS (
                SELECT 1
                FROM identity_device AS other
                WHERE other.person_id = person.id
            ) THEN least(person.registered_at, %(at)s::timestamptz)
        ELSE %(at)s::timestamptz
    END AS known_since,
    %(at)s::timestamptz AS seen_at
FROM identity_person AS person
WHERE person.id = %(person_id)s
ON CONFLICT ON CONSTRAINT identity_device_pkey
DO UPDATE SET seen_at = greatest(identity_device.seen_at, excluded.seen_at)
RETURNING known_since;
