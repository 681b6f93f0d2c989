-- Locks a person's row; the sealed phone, whether the person is erased, and sits at a desk.
SELECT
    person.erased_at,
    person.phone_sealed,
    exists(
        SELECT 1
        FROM identity_membership AS membership
        WHERE membership.person_id = person.id AND membership.ended_at IS NULL
    ) AS seated
FROM identity_person AS person
WHERE person.id = %(person_id)s
FOR UPDATE OF person;
