INSERT INTO partners_key (
    id, partner_id, environment, algorithm, secret_sealed, public_key, created_at, created_by
) VALUES (
    %(id)s, %(partner_id)s, %(environment)s, %(algorithm)s, %(secret_sealed)s, %(public_key)s,
    %(at)s, %(actor)s
);
