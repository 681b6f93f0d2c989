-- Whoever claims an area looks at all others first, and nobody claims one meanwhile.
SELECT pg_advisory_xact_lock(hashtext('claims_area'));
