-- A new version of a day, unless the newest one says the same. The partner's lock is held.
INSERT INTO partners_day_statement (
    partner_id, environment, day, mode, version, row_count, amount, declared_at, declared_by
)
SELECT
    %(partner_id)s,
    %(environment)s,
    %(day)s,
    %(mode)s,
    coalesce(max(known.version), 0) + 1 AS version,
    %(rows)s,
    %(amount)s::bigint,
    %(at)s,
    %(actor)s
FROM partners_day_statement AS known
WHERE
    known.partner_id = %(partner_id)s
    AND known.environment = %(environment)s
    AND known.day = %(day)s
    AND known.mode = %(mode)s
HAVING
    (array_agg((known.row_count, known.amount)::text ORDER BY known.version DESC))[1]
    IS DISTINCT FROM (%(rows)s::integer, %(amount)s::bigint)::text
RETURNING version;
