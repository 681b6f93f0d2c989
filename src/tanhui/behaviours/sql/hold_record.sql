-- What the citizen of a hold did in the ninety days before the deed, and whose deed it is.
SELECT
    hold.citizen_id,
    hold.started_at,
    count(behaviour.citizen_id) AS deeds,
    count(behaviour.citizen_id) FILTER (WHERE behaviour.scene = own.scene) AS of_scene,
    count(behaviour.citizen_id) FILTER (WHERE behaviour.state = 2) AS held,
    count(earlier_end.hold_id) FILTER (WHERE earlier_end.outcome = 'reversed') AS refused,
    coalesce(
        max(
            behaviour.amount * 3600.0
            / greatest(1, extract(EPOCH FROM behaviour.ended_at - behaviour.started_at))
        ) FILTER (WHERE behaviour.scene = own.scene AND behaviour.state = 0),
        0
    )::bigint AS most_per_hour,
    coalesce(
        percentile_cont(0.5) WITHIN GROUP (
            ORDER BY
                behaviour.amount * 3600.0
                / greatest(1, extract(EPOCH FROM behaviour.ended_at - behaviour.started_at))
        ) FILTER (WHERE behaviour.scene = own.scene AND behaviour.state = 0),
        0
    )::bigint AS usual_per_hour
FROM behaviours_hold AS hold
INNER JOIN behaviours_behaviour AS own
    ON
        own.citizen_id = hold.citizen_id
        AND own.started_at = hold.started_at
        AND own.partner_id = hold.partner_id
        AND own.reference_digest = hold.reference_digest
LEFT JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = hold.citizen_id
        AND behaviour.started_at >= hold.started_at - interval '90 days'
        AND behaviour.started_at < hold.started_at
LEFT JOIN behaviours_hold AS earlier
    ON
        behaviour.state = 2
        AND earlier.citizen_id = behaviour.citizen_id
        AND earlier.started_at = behaviour.started_at
        AND earlier.partner_id = behaviour.partner_id
        AND earlier.reference_digest = behaviour.reference_digest
LEFT JOIN behaviours_hold_end AS earlier_end ON earlier_end.hold_id = earlier.id
WHERE hold.id = %(hold_id)s
GROUP BY hold.citizen_id, hold.started_at;
