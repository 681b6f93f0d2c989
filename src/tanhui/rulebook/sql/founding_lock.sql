SELECT pg_advisory_xact_lock(hashtextextended('tanhui.rulebook', 0)) AS locked;
