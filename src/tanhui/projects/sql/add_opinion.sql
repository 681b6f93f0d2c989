INSERT INTO projects_opinion (
    subject, version, verifier_id, statement, signature, key_id, positive, actor, at
) VALUES (
    %(subject)s, %(version)s, %(verifier_id)s, %(statement)s, %(signature)s, %(key_id)s,
    %(positive)s, %(actor)s, %(at)s
);
