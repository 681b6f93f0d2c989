DELETE FROM identity_device
WHERE person_id = %(person_id)s;
