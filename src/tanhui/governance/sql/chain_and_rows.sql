-- Everything the check compares, in one statement and therefore as of one moment: each link with
-- its row, its seal and whether its head was published, in the chain's order; then rows that are in
-- no chain; then what has neither.
SELECT
    link.place,
    link.audit_id,
    link.hash,
    told.id,
    told.actor,
    told.action,
    told.subject,
    told.mac,
    waiting.audit_id AS waits,
    sealing.place AS sealed_place,
    sealing.hash AS sealed_hash,
    sealing.mac AS sealed_mac,
    published.place AS published_place,
    published.hash AS published_hash,
    told.facts::text AS facts,
    (extract(EPOCH FROM told.at) * 1000000)::bigint AS at_us
FROM governance_audit_chain AS link
FULL OUTER JOIN governance_audit AS told ON link.audit_id = told.id
FULL OUTER JOIN governance_audit_waiting AS waiting ON told.id = waiting.audit_id
FULL OUTER JOIN governance_audit_seal AS sealing ON link.place = sealing.place
FULL OUTER JOIN governance_audit_published AS published ON link.place = published.place
ORDER BY link.place NULLS LAST, told.id NULLS LAST;
