-- Whether no other roll is under way; the lock is held until this transaction ends.
SELECT pg_try_advisory_xact_lock(hashtext('behaviours_roll'));
