-- One round chains at a time; another one finds the chain taken and leaves it.
SELECT pg_try_advisory_xact_lock(7226586, 1);
