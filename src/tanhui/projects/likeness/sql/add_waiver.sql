INSERT INTO projects_likeness_waiver (
    project_id, other, score, words, person_id, outbox_id, at
) VALUES (
    %(project_id)s, %(other)s, %(score)s, %(words)s, %(person_id)s, %(outbox_id)s, %(at)s
);
