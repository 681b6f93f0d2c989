DELETE FROM identity_loginlink
WHERE person_id = %(person_id)s;
