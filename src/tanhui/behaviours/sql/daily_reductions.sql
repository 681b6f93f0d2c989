-- What each day with paid deeds of these scenes reduced, for each citizen and span of days asked
-- for. What is held is not yet anybody's habit.
WITH daily AS (
    SELECT
        item.ordinal - 1 AS place,
        sum(behaviour.reduction_mg)::bigint AS reduction_mg
    FROM
        unnest(%(citizen_ids)s, %(day_starts)s, %(day_ends)s)
        WITH ORDINALITY AS item (citizen_id, day_start, day_end, ordinal)
    INNER JOIN behaviours_behaviour AS behaviour
        ON
            behaviour.citizen_id = item.citizen_id
            AND behaviour.started_at >= item.day_start
            AND behaviour.started_at < item.day_end
    WHERE
        behaviour.scene = any(%(scenes)s)
        AND behaviour.state = 0
        AND NOT EXISTS (
            SELECT 1
            FROM behaviours_void AS void
            WHERE
                void.citizen_id = behaviour.citizen_id
                AND void.started_at = behaviour.started_at
                AND void.partner_id = behaviour.partner_id
                AND void.reference_digest = behaviour.reference_digest
        )
    GROUP BY item.ordinal, (behaviour.started_at AT TIME ZONE %(zone)s)::date
)

SELECT
    array_send(array_agg(daily.place)) AS places,
    array_send(array_agg(daily.reduction_mg)) AS amounts
FROM daily;
