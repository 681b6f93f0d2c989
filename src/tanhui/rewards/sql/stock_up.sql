SELECT rewards_stock_up(
    %(offer_code)s::text, %(funding_id)s::bigint, %(units)s::integer, %(cost_fen)s::bigint,
    %(opens_at)s::timestamptz, %(until)s::timestamptz, %(transfer_id)s::uuid,
    %(reason)s::smallint, %(at)s::timestamptz
) AS batch_id;
