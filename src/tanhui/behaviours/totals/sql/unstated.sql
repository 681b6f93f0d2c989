-- The ended days that were never stated, or changed since, by scene.
WITH stated AS (
    SELECT
        statement.day,
        max(statement.roll) AS roll
    FROM behaviours_statement AS statement
    GROUP BY statement.day
),

changed AS (
    SELECT daily.day
    FROM behaviours_day AS daily
    LEFT JOIN stated ON stated.day = daily.day
    WHERE daily.day < %(today)s
    GROUP BY daily.day, stated.roll
    HAVING max(daily.roll) > coalesce(stated.roll, 0)
)

SELECT
    daily.day,
    daily.scene,
    daily.deeds,
    daily.reduction_mg,
    daily.points
FROM behaviours_day AS daily
INNER JOIN changed ON changed.day = daily.day
ORDER BY daily.day, daily.scene;
