-- Per offer: codes that were brought, those still free, and when the last came.
SELECT
    offer_id,
    count(*) AS brought,
    count(*) FILTER (WHERE redemption_id IS NULL) AS free,
    max(imported_at) AS last_at
FROM rewards_code
WHERE offer_id = any(%(offer_ids)s::bigint[])
GROUP BY offer_id;
