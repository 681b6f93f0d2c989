INSERT INTO registry_certificate (retirement_id, credential_sealed, proofs, at)
VALUES (%(retirement_id)s, %(credential_sealed)s, %(proofs)s, %(at)s);
