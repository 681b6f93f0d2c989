-- The link of one row.
SELECT hash
FROM governance_audit_chain
WHERE audit_id = %(audit_id)s;
