SELECT pg_advisory_unlock(7226584319);
RESET lock_timeout;
RESET statement_timeout;
