-- A message and its twin are answered one after the other.
SELECT pg_advisory_xact_lock(
    7226585,
    hashtext(concat_ws(' ', %(partner_id)s::text, %(environment)s, %(message_id)s))
);
