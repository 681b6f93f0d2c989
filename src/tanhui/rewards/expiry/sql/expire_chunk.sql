SELECT
    last_id,
    people,
    points
FROM rewards_expire_chunk(
    %(month)s::smallint, %(months)s::smallint, %(month_end)s, %(after_id)s::bigint,
    %(limit)s::integer, %(expired_reason)s::smallint, %(given_reason)s::smallint, %(at)s
);
