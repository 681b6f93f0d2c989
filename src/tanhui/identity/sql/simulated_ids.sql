SELECT person.id
FROM identity_person AS person
WHERE
    person.simulated
    AND person.erased_at IS NULL
    AND NOT EXISTS (
        SELECT 1
        FROM identity_membership AS membership
        WHERE membership.person_id = person.id
    )
ORDER BY person.id
LIMIT %(count)s;
