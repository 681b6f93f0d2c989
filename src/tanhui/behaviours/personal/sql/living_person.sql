-- Locks a person's row; whether the person is erased and sits at a desk, and the sealed phone.
SELECT
    person.erased_at,
    EXISTS (
        SELECT 1
        FROM identity_membership AS membership
        WHERE membership.person_id = person.id AND membership.ended_at IS NULL
    ) AS seated,
    person.phone_sealed
FROM identity_person AS person
WHERE person.id = %(person_id)s
FOR UPDATE OF person;
