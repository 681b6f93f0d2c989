SELECT person.id
FROM identity_person AS person
WHERE
    person.simulated
    AND NOT EXISTS (
        SELECT 1
        FROM identity_membership AS membership
        WHERE membership.person_id = person.id
    )
ORDER BY person.id
LIMIT %(count)s;
