-- Two readings of one register would not see each other's blocks.
SELECT pg_advisory_xact_lock(hashtextextended('tanhui.projects.foreign', 0)) AS locked;
