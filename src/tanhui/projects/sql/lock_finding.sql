-- Keeps a finding's words for the transaction; the application may not lock the row itself.
SELECT pg_advisory_xact_lock(hashtextextended('projects_finding:' || %(id)s, 0));
