SELECT rewards_end_funding(
    %(funding_id)s::bigint, %(unsold)s::smallint, %(taken_back)s::smallint, %(actor)s::text,
    %(at)s::timestamptz
) AS closed;
