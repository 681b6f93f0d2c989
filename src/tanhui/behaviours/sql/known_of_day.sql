-- What is recorded of these citizens on one day of the city, as whole columns. state: 3 where a
-- deed was taken back, or its hold reversed; it claims nothing any more.
WITH known AS (
    SELECT
        behaviour.citizen_id,
        behaviour.reference_digest,
        behaviour.reduction_mg,
        behaviour.partner_id::bigint AS partner_id,
        behaviour.amount::bigint AS amount,
        behaviour.points::bigint AS points,
        behaviour.scene::bigint AS scene,
        behaviour.grade::bigint AS grade,
        CASE
            WHEN void.citizen_id IS NOT NULL OR ended.hold_id IS NOT NULL THEN 3
            ELSE behaviour.state
        END::bigint AS state,
        (extract(EPOCH FROM behaviour.started_at) * 1000000)::bigint AS started,
        (extract(EPOCH FROM behaviour.ended_at) * 1000000)::bigint AS ended
    FROM unnest(%(citizen_ids)s) AS item (citizen_id)
    INNER JOIN behaviours_behaviour AS behaviour ON behaviour.citizen_id = item.citizen_id
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
    LEFT JOIN behaviours_hold_end AS ended
        ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
    WHERE behaviour.started_at >= %(day_start)s AND behaviour.started_at < %(day_end)s
)

SELECT
    array_send(array_agg(known.citizen_id)) AS citizens,
    array_send(array_agg(known.started)) AS starts,
    array_send(array_agg(known.ended)) AS ends,
    array_send(array_agg(known.partner_id)) AS partners,
    array_send(array_agg(known.reference_digest)) AS digests,
    array_send(array_agg(known.amount)) AS amounts,
    array_send(array_agg(known.scene)) AS scenes,
    array_send(array_agg(known.grade)) AS grades,
    array_send(array_agg(known.state)) AS states,
    array_send(array_agg(known.points)) AS points,
    array_send(array_agg(known.reduction_mg)) AS reductions
FROM known;
