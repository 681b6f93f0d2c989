INSERT INTO governance_job (name, begun_at, done, failures)
VALUES (%(name)s, %(at)s, 0, 0)
ON CONFLICT (name) DO UPDATE
    SET
        begun_at = excluded.begun_at,
        ended_at = NULL;
