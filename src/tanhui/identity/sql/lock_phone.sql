-- What is decided about one phone (how many codes, how many tries) is decided one at a time.
SELECT pg_advisory_xact_lock(7226584, hashtext(encode(%(phone_index)s, 'hex')));
