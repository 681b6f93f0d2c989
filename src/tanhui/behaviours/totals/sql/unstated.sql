-- The ended days that were never stated, or changed since, by scene.
WITH changed AS (
    SELECT total.day
    FROM behaviours_total AS total
    LEFT JOIN (
        SELECT
            statement.day,
            max(statement.roll) AS roll
        FROM behaviours_statement AS statement
        GROUP BY statement.day
    ) AS stated ON stated.day = total.day
    WHERE total.day < %(today)s
    GROUP BY total.day, stated.roll
    HAVING max(total.roll) > coalesce(stated.roll, 0)
)

SELECT
    total.day,
    total.scene,
    sum(total.deeds) AS deeds,
    sum(total.reduction_mg) AS reduction_mg,
    sum(total.points) AS points
FROM behaviours_total AS total
INNER JOIN changed ON changed.day = total.day
GROUP BY total.day, total.scene
ORDER BY total.day, total.scene;
