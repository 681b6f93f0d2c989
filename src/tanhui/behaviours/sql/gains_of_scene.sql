-- What one scene has given a citizen, since an instant and in all: only what is in the books.
SELECT
    count(*) FILTER (WHERE behaviour.started_at >= %(since)s) AS deeds_since,
    coalesce(
        sum(behaviour.reduction_mg) FILTER (WHERE behaviour.started_at >= %(since)s), 0
    )::bigint AS reduction_since,
    coalesce(
        sum(behaviour.points) FILTER (WHERE behaviour.started_at >= %(since)s), 0
    )::bigint AS points_since,
    count(*) AS deeds,
    coalesce(sum(behaviour.reduction_mg), 0)::bigint AS reduction_mg,
    coalesce(sum(behaviour.points), 0)::bigint AS points
FROM behaviours_behaviour AS behaviour
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.scene = %(scene)s
    AND (
        behaviour.state = 0
        OR (
            behaviour.state = 2
            AND EXISTS (
                SELECT 1
                FROM behaviours_hold AS hold
                INNER JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
                WHERE
                    ended.outcome <> 'reversed'
                    AND hold.citizen_id = behaviour.citizen_id
                    AND hold.started_at = behaviour.started_at
                    AND hold.partner_id = behaviour.partner_id
                    AND hold.reference_digest = behaviour.reference_digest
            )
        )
    )
    AND NOT EXISTS (
        SELECT 1
        FROM behaviours_void AS void
        WHERE
            void.citizen_id = behaviour.citizen_id
            AND void.started_at = behaviour.started_at
            AND void.partner_id = behaviour.partner_id
            AND void.reference_digest = behaviour.reference_digest
    );
