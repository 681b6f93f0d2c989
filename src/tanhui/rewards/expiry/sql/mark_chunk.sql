SELECT
    last_id,
    people,
    points
FROM rewards_mark_chunk(
    %(month)s::smallint, %(after_id)s::bigint, %(limit)s::integer, %(at)s
);
