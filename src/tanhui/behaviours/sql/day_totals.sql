-- What each day of the city brought a citizen; days without deeds are absent.
SELECT
    (behaviour.started_at AT TIME ZONE %(zone)s)::date AS day,
    count(*) AS behaviours,
    sum(behaviour.reduction_mg)::bigint AS reduction_mg,
    sum(behaviour.points)::bigint AS points
FROM behaviours_behaviour AS behaviour
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(since)s
    AND behaviour.started_at < %(until)s
GROUP BY (behaviour.started_at AT TIME ZONE %(zone)s)::date
ORDER BY day;
