SELECT pg_advisory_unlock(hashtextextended('tanhui.publiclog.publish', 0));
