SELECT rewards_open_funding(
    %(sponsor_id)s::integer, %(title_zh)s::text, %(title_en)s::text, %(opens_at)s::timestamptz,
    %(until)s::timestamptz, %(fen)s::bigint, %(transfer_id)s::uuid, %(reason)s::smallint,
    %(actor)s::text, %(at)s::timestamptz
) AS id;
