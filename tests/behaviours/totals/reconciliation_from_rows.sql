-- What is recorded of a partner's deeds, by day of the city and scene. A deed that was voided
-- counts apart; an open hold and a reversed one pay nothing.
WITH deed AS (
    SELECT
        behaviour.scene,
        behaviour.amount,
        behaviour.reduction_mg,
        behaviour.points,
        behaviour.state,
        (behaviour.started_at AT TIME ZONE %(zone)s)::date AS day,
        void.citizen_id IS NOT NULL AS is_voided,
        hold.id IS NOT NULL AND ended.hold_id IS NULL AS is_held,
        coalesce(ended.outcome = 'reversed', FALSE) AS is_reversed
    FROM behaviours_behaviour AS behaviour
    LEFT JOIN behaviours_void AS void
        ON
            void.citizen_id = behaviour.citizen_id
            AND void.started_at = behaviour.started_at
            AND void.partner_id = behaviour.partner_id
            AND void.reference_digest = behaviour.reference_digest
    LEFT JOIN behaviours_hold AS hold
        ON
            behaviour.state = 2
            AND hold.citizen_id = behaviour.citizen_id
            AND hold.started_at = behaviour.started_at
            AND hold.partner_id = behaviour.partner_id
            AND hold.reference_digest = behaviour.reference_digest
    LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
    WHERE
        behaviour.partner_id = %(partner_id)s
        AND behaviour.started_at >= %(since)s
        AND behaviour.started_at < %(until)s
)

SELECT
    deed.day,
    deed.scene,
    count(*) FILTER (WHERE NOT deed.is_voided) AS row_count,
    coalesce(sum(deed.amount) FILTER (WHERE NOT deed.is_voided), 0)::bigint AS amount,
    coalesce(
        sum(deed.reduction_mg) FILTER (
            WHERE NOT (deed.is_voided OR deed.is_held OR deed.is_reversed)
        ), 0
    )::bigint AS reduction_mg,
    coalesce(
        sum(deed.points) FILTER (
            WHERE NOT (deed.is_voided OR deed.is_held OR deed.is_reversed)
        ), 0
    )::bigint AS points,
    count(*) FILTER (WHERE deed.state = 1 AND NOT deed.is_voided) AS merged,
    count(*) FILTER (WHERE deed.is_held AND NOT deed.is_voided) AS held,
    count(*) FILTER (WHERE deed.is_reversed AND NOT deed.is_voided) AS reversed,
    count(*) FILTER (WHERE deed.is_voided) AS voided
FROM deed
GROUP BY deed.day, deed.scene
ORDER BY deed.day, deed.scene;
