SELECT rewards_close_month(
    %(month)s::date, %(starts_at)s::timestamptz, %(ends_at)s::timestamptz, %(reason)s::smallint,
    %(actor)s::text, %(at)s::timestamptz
) AS made;
