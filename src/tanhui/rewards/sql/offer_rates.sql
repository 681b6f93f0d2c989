-- Per offer: units that were taken and kept in the last week and month, and what became of those of
-- the month.
SELECT
    offer_id,
    coalesce(
        sum(units) FILTER (
            WHERE at >= %(week)s AND state IN ('reserved', 'confirmed', 'delivered')
        ), 0
    )::bigint AS week_units,
    coalesce(
        sum(units) FILTER (WHERE state IN ('reserved', 'confirmed', 'delivered')), 0
    )::bigint AS month_units,
    coalesce(sum(units) FILTER (WHERE state = 'confirmed'), 0)::bigint AS unused_units,
    coalesce(sum(units) FILTER (WHERE state = 'delivered'), 0)::bigint AS delivered_units,
    coalesce(sum(units) FILTER (WHERE state = 'refunded'), 0)::bigint AS refunded_units,
    coalesce(sum(units) FILTER (WHERE state = 'entered'), 0)::bigint AS entered_units
FROM rewards_redemption
WHERE offer_id = any(%(offer_ids)s::bigint[]) AND at >= %(month)s
GROUP BY offer_id;
