INSERT INTO claims_foreign (
    citizen_id, day, scheme, started_at, ended_at, grouping, claimed_at
)
SELECT
    item.citizen_id,
    item.day,
    %(scheme)s,
    item.started_at,
    item.ended_at,
    item.grouping,
    item.claimed_at
FROM
    unnest(
        %(citizen_ids)s, %(days)s::date[], %(started)s, %(ended)s, %(groupings)s, %(claimed)s
    ) AS item (citizen_id, day, started_at, ended_at, grouping, claimed_at)
ORDER BY item.citizen_id, item.day, item.started_at
ON CONFLICT DO NOTHING;
