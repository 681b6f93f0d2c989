-- Per day of an offer: the units taken that day, and what was left at its end. What came back was
-- out until then; what was delivered before it came back never returned to the shelf.
WITH day AS (
    SELECT
        unnest(%(begins)s::timestamptz[]) AS begins,
        unnest(%(ends)s::timestamptz[]) AS ends
),

taken AS (
    SELECT
        one.batch_id,
        one.units,
        coalesce(one.confirmed_at, one.at) AS out_at,
        CASE WHEN one.state = 'refunded' AND NOT back.again THEN one.ended_at END AS back_at
    FROM rewards_redemption AS one
    LEFT JOIN rewards_restored AS back
        ON one.citizen_id = back.citizen_id AND one.id = back.redemption_id
    WHERE one.offer_id = %(offer_id)s AND one.batch_id IS NOT NULL
),

stocked AS (
    SELECT
        day.ends,
        sum(batch.units) AS units
    FROM day
    INNER JOIN rewards_batch AS batch
        ON
            batch.opens_at < day.ends AND batch.until >= day.ends
            AND (batch.ended_at IS NULL OR batch.ended_at >= day.ends)
    WHERE batch.offer_id = %(offer_id)s
    GROUP BY day.ends
),

gone AS (
    SELECT
        day.ends,
        sum(taken.units) AS units
    FROM day
    INNER JOIN rewards_batch AS batch
        ON
            batch.opens_at < day.ends AND batch.until >= day.ends
            AND (batch.ended_at IS NULL OR batch.ended_at >= day.ends)
    INNER JOIN taken
        ON
            batch.id = taken.batch_id AND taken.out_at < day.ends
            AND (taken.back_at IS NULL OR taken.back_at >= day.ends)
    WHERE batch.offer_id = %(offer_id)s
    GROUP BY day.ends
)

SELECT
    day.begins,
    coalesce((
        SELECT sum(taken.units) FROM taken
        WHERE taken.out_at >= day.begins AND taken.out_at < day.ends
    ), 0)::bigint AS units,
    (coalesce(stocked.units, 0) - coalesce(gone.units, 0))::bigint AS left_units
FROM day
LEFT JOIN stocked ON day.ends = stocked.ends
LEFT JOIN gone ON day.ends = gone.ends
ORDER BY day.begins;
