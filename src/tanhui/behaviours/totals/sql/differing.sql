-- The cells whose totals, with what waits for the next roll, are not what the deeds themselves come
-- to; one more where the last roll does not say what the totals come to; and the days and scenes
-- that do not come to their cells.
WITH prepared AS (
    SELECT
        part.partner_id,
        part.day,
        part.scene,
        part.district,
        sum(part.deeds) AS deeds,
        sum(part.merged) AS merged,
        sum(part.held) AS held,
        sum(part.reversed) AS reversed,
        sum(part.voided) AS voided,
        sum(part.amount) AS amount,
        sum(part.reduction_mg) AS reduction_mg,
        sum(part.points) AS points
    FROM behaviours_prepared AS part
    GROUP BY part.partner_id, part.day, part.scene, part.district
)

SELECT (
    SELECT count(*)
    FROM prepared
    FULL JOIN behaviours_counted AS counted
        ON
            counted.partner_id = prepared.partner_id
            AND counted.day = prepared.day
            AND counted.scene = prepared.scene
            AND counted.district = prepared.district
    WHERE
        counted.deeds IS DISTINCT FROM prepared.deeds
        OR counted.merged IS DISTINCT FROM prepared.merged
        OR counted.held IS DISTINCT FROM prepared.held
        OR counted.reversed IS DISTINCT FROM prepared.reversed
        OR counted.voided IS DISTINCT FROM prepared.voided
        OR counted.amount IS DISTINCT FROM prepared.amount
        OR counted.reduction_mg IS DISTINCT FROM prepared.reduction_mg
        OR counted.points IS DISTINCT FROM prepared.points
) + (
    SELECT count(*)
    FROM (
        SELECT
            coalesce(sum(total.deeds), 0) AS deeds,
            coalesce(sum(total.reduction_mg), 0) AS reduction_mg,
            coalesce(sum(total.points), 0) AS points
        FROM behaviours_total AS total
    ) AS summed
    LEFT JOIN (
        SELECT
            roll.deeds,
            roll.reduction_mg,
            roll.points
        FROM behaviours_roll AS roll
        ORDER BY roll.number DESC
        LIMIT 1
    ) AS last ON TRUE
    WHERE
        coalesce(last.deeds, 0) <> summed.deeds
        OR coalesce(last.reduction_mg, 0) <> summed.reduction_mg
        OR coalesce(last.points, 0) <> summed.points
) + (
    SELECT count(*)
    FROM behaviours_day AS daily
    FULL JOIN (
        SELECT
            total.day,
            total.scene,
            sum(total.deeds) AS deeds,
            sum(total.merged) AS merged,
            sum(total.held) AS held,
            sum(total.reduction_mg) AS reduction_mg,
            sum(total.points) AS points
        FROM behaviours_total AS total
        GROUP BY total.day, total.scene
    ) AS summed ON summed.day = daily.day AND summed.scene = daily.scene
    WHERE
        daily.deeds IS DISTINCT FROM summed.deeds
        OR daily.merged IS DISTINCT FROM summed.merged
        OR daily.held IS DISTINCT FROM summed.held
        OR daily.reduction_mg IS DISTINCT FROM summed.reduction_mg
        OR daily.points IS DISTINCT FROM summed.points
) AS differing;
