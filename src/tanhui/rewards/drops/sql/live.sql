SELECT
    drop_id,
    count(*) AS entries,
    coalesce(sum(tickets), 0)::bigint AS tickets,
    count(*) FILTER (WHERE outcome IS NULL) AS unsettled
FROM rewards_entry
WHERE drop_id = any(%(ids)s::bigint[]) AND left_at IS NULL
GROUP BY drop_id;
