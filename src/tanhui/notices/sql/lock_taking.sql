SELECT pg_advisory_xact_lock(hashtextextended('notices.take', 0));
