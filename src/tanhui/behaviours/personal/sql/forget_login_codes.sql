DELETE FROM identity_logincode
WHERE
    phone_index = any(
        SELECT person.phone_index
        FROM identity_person AS person
        WHERE person.id = %(person_id)s
    );
