INSERT INTO projects_conflict (verifier_id, owner_id, words, at)
VALUES (%(verifier_id)s, %(owner_id)s, %(words)s, %(at)s)
ON CONFLICT DO NOTHING;
