-- The last trouble stays to be read after a round that went well; it then counts no failures.
UPDATE governance_job
SET
    ended_at = %(at)s,
    took_ms = %(took_ms)s,
    done = CASE WHEN %(done)s::bigint > 0 THEN %(done)s ELSE done END,
    done_at = CASE WHEN %(done)s::bigint > 0 THEN %(at)s ELSE done_at END,
    failures = CASE WHEN %(trouble)s::text IS NULL THEN 0 ELSE failures + 1 END,
    trouble = coalesce(%(trouble)s, trouble),
    trouble_at = CASE WHEN %(trouble)s::text IS NULL THEN trouble_at ELSE %(at)s END
WHERE name = %(name)s;
