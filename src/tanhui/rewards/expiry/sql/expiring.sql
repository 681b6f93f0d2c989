SELECT
    citizen_id,
    points
FROM rewards_expiring(
    %(citizen_ids)s::bigint[], %(month)s::smallint, %(months)s::smallint, %(month_end)s
);
