-- Versions of one file are numbered one after the other.
SELECT pg_advisory_xact_lock(hashtextextended(%(file_id)s::text, 1703));
