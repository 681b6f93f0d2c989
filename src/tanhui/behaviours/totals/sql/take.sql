SELECT
    taken.day,
    taken.scene,
    taken.deeds,
    taken.reduction_mg,
    taken.points
FROM behaviours_take_sums(%(roll)s, %(at)s) AS taken;
