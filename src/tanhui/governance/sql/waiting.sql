-- Rows that are committed and not in the chain, in the order of their numbers.
SELECT
    told.id,
    told.actor,
    told.action,
    told.subject,
    told.mac,
    told.facts::text AS facts,
    (extract(EPOCH FROM told.at) * 1000000)::bigint AS at_us
FROM governance_audit_waiting AS waiting
INNER JOIN governance_audit AS told ON waiting.audit_id = told.id
ORDER BY told.id
LIMIT %(most)s;
