-- Whoever writes or sweeps these bytes does so alone; other bytes do not wait.
SELECT pg_advisory_xact_lock(hashtextextended(encode(%(sha256)s, 'hex'), 1702));
