-- How holds ended, by the city's month in which they did and by detector, and what was said.
SELECT  -- noqa: ST06
    date_trunc('month', ended.ended_at AT TIME ZONE %(zone)s)::date AS month,
    hold.detector,
    count(*) FILTER (WHERE ended.outcome = 'released') AS released,
    count(*) FILTER (WHERE ended.outcome = 'overdue') AS overdue,
    count(*) FILTER (WHERE ended.outcome = 'reversed') AS refused,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT 1
            FROM cases_step AS objected
            WHERE objected.case_id = about.id AND objected.step = 'object'
        )
    ) AS objections,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT 1
            FROM cases_step AS granted
            WHERE granted.case_id = about.id AND granted.step = 'grant'
        )
    ) AS granted
FROM behaviours_hold_end AS ended
INNER JOIN behaviours_hold AS hold ON hold.id = ended.hold_id
LEFT JOIN cases_case AS about
    ON about.kind = 'hold-appeal' AND about.subject = 'hold:' || hold.id::text
WHERE ended.ended_at >= %(since)s
GROUP BY 1, 2
ORDER BY 1 DESC, 2 ASC;
