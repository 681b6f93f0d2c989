-- What is recorded of a partner's deeds, by day of the city and scene, from the prepared totals and
-- what waits to be added to them. A deed that was voided counts apart; an open hold and a reversed
-- one pay nothing.
SELECT
    part.day,
    part.scene,
    sum(part.deeds + part.merged + part.held + part.reversed)::bigint AS row_count,
    sum(part.amount)::bigint AS amount,
    sum(part.reduction_mg)::bigint AS reduction_mg,
    sum(part.points)::bigint AS points,
    sum(part.merged)::bigint AS merged,
    sum(part.held)::bigint AS held,
    sum(part.reversed)::bigint AS reversed,
    sum(part.voided)::bigint AS voided
FROM behaviours_prepared AS part
WHERE part.partner_id = %(partner_id)s AND part.day BETWEEN %(first)s AND %(last)s
GROUP BY part.day, part.scene
ORDER BY part.day, part.scene;
