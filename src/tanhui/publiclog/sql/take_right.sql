-- The right to publish: held until the connection ends, however it ends.
SELECT pg_try_advisory_lock(hashtextextended('tanhui.publiclog.publish', 0));
