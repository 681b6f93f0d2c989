DELETE FROM identity_session
WHERE person_id = %(person_id)s;
