SELECT rewards_settlement_say(
    %(settlement_id)s::bigint, %(organisation_id)s::integer, %(kind)s::text,
    %(reference)s::text, %(words)s::text, %(transfer_id)s::uuid, %(reason)s::smallint,
    %(actor)s::text, %(at)s::timestamptz
);
