-- How many rows wait for the chain.
SELECT count(*) AS waiting
FROM governance_audit_waiting;
