-- Holds end one decision at a time; a hold is then found ended or open, never in between.
SELECT pg_advisory_xact_lock(hashtext('behaviours_hold_end'));
