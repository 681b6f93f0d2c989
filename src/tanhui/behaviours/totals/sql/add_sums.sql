INSERT INTO behaviours_sum (
    partner_id, day, scene, district, recorded_at, deeds, merged, held, reversed, voided, amount,
    reduction_mg, points
)
SELECT
    %(partner_id)s::integer,
    date '1970-01-01' + item.day::integer AS day,
    item.scene,
    item.district,
    %(at)s AS recorded_at,
    item.deeds,
    item.merged,
    item.held,
    0 AS reversed,
    0 AS voided,
    item.amount,
    item.reduction_mg,
    item.points
FROM
    unnest(
        %(day)s, %(scene)s, %(district)s, %(deeds)s, %(merged)s, %(held)s, %(amount)s,
        %(reduction_mg)s, %(points)s
    ) AS item (day, scene, district, deeds, merged, held, amount, reduction_mg, points);
