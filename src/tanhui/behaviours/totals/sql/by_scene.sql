SELECT
    total.scene,
    coalesce(sum(total.deeds), 0)::bigint AS deeds,
    coalesce(sum(total.held), 0)::bigint AS held,
    coalesce(sum(total.merged), 0)::bigint AS merged,
    coalesce(sum(total.reduction_mg), 0)::bigint AS reduction_mg,
    coalesce(sum(total.points), 0)::bigint AS points
FROM behaviours_day AS total
WHERE total.day BETWEEN %(first)s AND %(last)s
GROUP BY total.scene
ORDER BY total.scene;
