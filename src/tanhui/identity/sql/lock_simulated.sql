-- Two programs that make sure of a number of simulated persons must not both add them.
SELECT pg_advisory_xact_lock(7226584401);
