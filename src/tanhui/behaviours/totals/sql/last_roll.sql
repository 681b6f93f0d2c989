-- The last roll's number and what all rolls came to; zeros before the first.
SELECT
    coalesce(max(last.number), 0) AS number,
    coalesce(max(last.deeds), 0) AS deeds,
    coalesce(max(last.reduction_mg), 0) AS reduction_mg,
    coalesce(max(last.points), 0) AS points
FROM (
    SELECT
        roll.number,
        roll.deeds,
        roll.reduction_mg,
        roll.points
    FROM behaviours_roll AS roll
    ORDER BY roll.number DESC
    LIMIT 1
) AS last;
