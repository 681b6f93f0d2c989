-- Two programs that start at once must not migrate at once: the second waits here.
SET lock_timeout = '120s';
SET statement_timeout = '30min';
SELECT pg_advisory_lock(7226584319);
-- A table that is in use is waited for only briefly, so that its users do not queue up behind us.
SET lock_timeout = '15s';
