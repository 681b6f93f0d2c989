SELECT rewards_change_budget(
    %(funding_id)s::bigint, %(fen)s::bigint, %(transfer_id)s::uuid, %(reason)s::smallint,
    %(actor)s::text, %(at)s::timestamptz
);
