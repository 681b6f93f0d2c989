INSERT INTO claims_scheme (name, key_sealed, registered_at)
VALUES (%(name)s, %(key_sealed)s, %(at)s)
ON CONFLICT DO NOTHING;
