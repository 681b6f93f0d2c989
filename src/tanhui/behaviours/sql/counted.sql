-- What counts of all deeds, from the rows themselves: what the sums of the public log come to.
SELECT
    coalesce(sum(counted.deeds), 0) AS deeds,
    coalesce(sum(counted.reduction_mg), 0) AS reduction_mg,
    coalesce(sum(counted.points), 0) AS points
FROM behaviours_counted AS counted;
