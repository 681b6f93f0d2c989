-- Rows from before there were codes, the oldest first.
SELECT
    id,
    actor,
    action,
    subject,
    facts::text AS facts,
    (extract(EPOCH FROM at) * 1000000)::bigint AS at_us
FROM governance_audit
WHERE mac IS NULL
ORDER BY id
LIMIT %(most)s;
