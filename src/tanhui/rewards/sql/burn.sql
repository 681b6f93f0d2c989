-- What was taken of a window's batches on each day of the city, as far as it was not given back.
SELECT
    batch.funding_id,
    (made.at AT TIME ZONE 'Asia/Shanghai')::date AS day_of,
    sum(made.units)::bigint AS units,
    sum(made.cost_fen)::bigint AS fen
FROM rewards_redemption AS made
INNER JOIN rewards_batch AS batch ON made.batch_id = batch.id
WHERE
    batch.funding_id = any(%(funding_ids)s::bigint[])
    AND made.offer_id IN (
        SELECT own.offer_id
        FROM rewards_batch AS own
        WHERE own.funding_id = any(%(funding_ids)s::bigint[])
    )
    AND made.at >= %(since)s::timestamptz
    AND made.state IN ('reserved', 'confirmed', 'delivered')
GROUP BY 1, 2
ORDER BY 1, 2;
