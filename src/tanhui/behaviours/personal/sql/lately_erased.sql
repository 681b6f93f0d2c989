SELECT person.id
FROM identity_person AS person
WHERE person.erased_at > %(since)s;
