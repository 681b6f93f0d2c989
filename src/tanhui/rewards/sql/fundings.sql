SELECT
    id,
    sponsor_id,
    title_zh,
    title_en,
    opens_at,
    until,
    opened_at,
    ended_at
FROM rewards_funding
WHERE
    (%(id)s::bigint IS NULL OR id = %(id)s)
    AND (%(sponsor_id)s::integer IS NULL OR sponsor_id = %(sponsor_id)s)
    AND (
        %(open_at)s::timestamptz IS NULL
        OR (opens_at <= %(open_at)s AND until > %(open_at)s AND ended_at IS NULL)
    )
ORDER BY id DESC;
