INSERT INTO projects_verifier_key (organisation_id, key_id, vkey, outbox_id, since)
VALUES (%(organisation_id)s, %(key_id)s, %(vkey)s, %(outbox_id)s, %(at)s);
