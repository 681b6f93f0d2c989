-- What each day of the city brought a citizen: neither what is merged or taken back nor what is
-- held without a release. Days without deeds are absent.
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
    AND behaviour.state <> 1
    AND NOT EXISTS (
        SELECT 1
        FROM behaviours_void AS void
        WHERE
            void.citizen_id = behaviour.citizen_id
            AND void.started_at = behaviour.started_at
            AND void.partner_id = behaviour.partner_id
            AND void.reference_digest = behaviour.reference_digest
    )
    AND (
        behaviour.state = 0
        OR EXISTS (
            SELECT 1
            FROM behaviours_hold AS hold
            INNER JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
            WHERE
                behaviour.state = 2
                AND ended.outcome IN ('released', 'overdue')
                AND hold.citizen_id = behaviour.citizen_id
                AND hold.started_at = behaviour.started_at
                AND hold.partner_id = behaviour.partner_id
                AND hold.reference_digest = behaviour.reference_digest
        )
    )
GROUP BY (behaviour.started_at AT TIME ZONE %(zone)s)::date
ORDER BY day;
