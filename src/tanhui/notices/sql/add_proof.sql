INSERT INTO notices_proof (person_id, address_sealed, code_hash, at, until)
VALUES (%(person_id)s, %(sealed)s, %(code_hash)s, %(at)s, %(until)s);
