SELECT rewards_agree(
    %(funding_id)s::bigint, %(offer_id)s::bigint, %(state)s::text, %(cost_fen)s::bigint,
    %(units)s::integer, %(words)s::text, %(actor)s::text, %(at)s::timestamptz
);
