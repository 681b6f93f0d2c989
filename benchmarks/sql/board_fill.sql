-- What a year of ten partners leaves behind: sums of every day, scene and district that together
-- count ten million deeds, and one posting for each fifty of them.
INSERT INTO behaviours_sum (
    partner_id, day, scene, district, recorded_at, deeds, merged, held, reversed, voided, amount,
    reduction_mg, points
)
SELECT
    partner.number AS partner_id,
    day.day::date AS day,
    mod(partner.number, 8) + 1 AS scene,
    district.number AS district,
    %(at)s::timestamptz - interval '1 hour' AS recorded_at,
    counted.deeds,
    counted.deeds / 40 AS merged,
    counted.deeds / 400 AS held,
    0 AS reversed,
    0 AS voided,
    counted.deeds * 2100 AS amount,
    counted.deeds * 104000 AS reduction_mg,
    counted.deeds * 9 AS points
FROM generate_series(1, %(partners)s) AS partner (number)
CROSS JOIN
    generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day (day)
CROSS JOIN generate_series(0, 20) AS district (number)
CROSS JOIN
    LATERAL (
        VALUES (
            %(deeds_in_cell)s::bigint + mod(district.number * 7 + partner.number * 3, 9) - 4
        )
    ) AS counted (deeds);
INSERT INTO ledger_pool_entry (
    holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
)
SELECT
    0 AS holder_id,
    %(pool)s AS kind,
    0 AS debits_pending,
    5200000 AS debits_posted,
    0 AS credits_pending,
    0 AS credits_posted,
    %(at)s AS recorded_at
FROM generate_series(1, %(postings)s);
