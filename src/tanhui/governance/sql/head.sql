-- The last link of the chain, with when its round was.
SELECT
    link.place,
    link.audit_id,
    link.hash,
    sealing.at
FROM governance_audit_chain AS link
LEFT JOIN governance_audit_seal AS sealing ON link.place = sealing.place
ORDER BY link.place DESC
LIMIT 1;
