-- What is recorded of these citizens on one day of the city, as whole columns: small numbers
-- packed two and four to one, because each column costs. state: 3 where a deed was taken back, or
-- its hold reversed; it claims nothing any more.
WITH known AS (
    SELECT
        behaviour.citizen_id,
        behaviour.started_at,
        behaviour.ended_at,
        behaviour.reference_digest,
        behaviour.reduction_mg,
        (behaviour.amount::bigint << 32) | behaviour.points AS amount_points,
        (behaviour.partner_id::bigint << 32)
        | (behaviour.scene::bigint << 8)
        | (behaviour.grade::bigint << 4)
        | CASE
            WHEN void.citizen_id IS NOT NULL OR ended.hold_id IS NOT NULL THEN 3
            ELSE behaviour.state
        END AS partner_scene_grade_state
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
    array_send(array_agg(known.started_at)) AS starts,
    array_send(array_agg(known.ended_at)) AS ends,
    array_send(array_agg(known.reference_digest)) AS digests,
    array_send(array_agg(known.reduction_mg)) AS reductions,
    array_send(array_agg(known.amount_points)) AS amounts_points,
    array_send(array_agg(known.partner_scene_grade_state)) AS partners_scenes_grades_states
FROM known;
