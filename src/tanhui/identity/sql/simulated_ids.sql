SELECT person.id
FROM identity_person AS person
WHERE person.simulated
ORDER BY person.id
LIMIT %(count)s;
