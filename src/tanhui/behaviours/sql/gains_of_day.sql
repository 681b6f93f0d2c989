-- What each scene brought a citizen on one day of the city. Room is used by what is held as well;
-- what is merged, taken back or not released uses none.
SELECT
    behaviour.scene,
    count(*) AS deeds,
    sum(behaviour.points)::bigint AS used,
    sum(
        CASE WHEN behaviour.state = 2 AND ended.hold_id IS NULL THEN behaviour.points ELSE 0 END
    )::bigint AS held
FROM behaviours_behaviour AS behaviour
LEFT JOIN behaviours_hold AS hold
    ON
        behaviour.state = 2
        AND hold.citizen_id = behaviour.citizen_id
        AND hold.started_at = behaviour.started_at
        AND hold.partner_id = behaviour.partner_id
        AND hold.reference_digest = behaviour.reference_digest
LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
LEFT JOIN behaviours_void AS void
    ON
        void.citizen_id = behaviour.citizen_id
        AND void.started_at = behaviour.started_at
        AND void.partner_id = behaviour.partner_id
        AND void.reference_digest = behaviour.reference_digest
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(since)s
    AND behaviour.started_at < %(until)s
    AND behaviour.state <> 1
    AND void.citizen_id IS NULL
    AND ended.outcome IS DISTINCT FROM 'reversed'
GROUP BY behaviour.scene;
