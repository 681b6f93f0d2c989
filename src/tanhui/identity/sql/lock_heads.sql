-- One head of the audit chain is published at a time.
SELECT pg_advisory_xact_lock(7226586, 2);
