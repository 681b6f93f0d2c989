SELECT person.id FROM identity_person AS person
WHERE person.id = %(person_id)s AND person.erased_at IS NULL
FOR UPDATE;
