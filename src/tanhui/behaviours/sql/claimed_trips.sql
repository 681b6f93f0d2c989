-- Trips of these citizens that began on one day of the city and are paid or held, with the time
-- they were recorded at, as whole columns. What citizens only declare is told to nobody.
WITH claimed AS (
    SELECT
        behaviour.citizen_id,
        behaviour.scene::bigint AS scene,
        (extract(EPOCH FROM behaviour.started_at) * 1000000)::bigint AS started,
        (extract(EPOCH FROM behaviour.ended_at) * 1000000)::bigint AS ended,
        (extract(EPOCH FROM chunk.recorded_at) * 1000000)::bigint AS recorded
    FROM behaviours_behaviour AS behaviour
    INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
    WHERE
        behaviour.citizen_id = any(%(citizen_ids)s)
        AND behaviour.scene = any(%(scenes)s)
        AND behaviour.started_at >= %(day_start)s
        AND behaviour.started_at < %(day_end)s
        AND behaviour.state <> %(merged)s
        AND behaviour.grade <> %(declared)s
        AND NOT EXISTS (
            SELECT 1
            FROM behaviours_void AS void
            WHERE
                void.citizen_id = behaviour.citizen_id
                AND void.started_at = behaviour.started_at
                AND void.partner_id = behaviour.partner_id
                AND void.reference_digest = behaviour.reference_digest
        )
        AND NOT EXISTS (
            SELECT 1
            FROM behaviours_hold AS hold
            INNER JOIN behaviours_hold_end AS ended
                ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
            WHERE
                hold.citizen_id = behaviour.citizen_id
                AND hold.started_at = behaviour.started_at
                AND hold.partner_id = behaviour.partner_id
                AND hold.reference_digest = behaviour.reference_digest
        )
)

SELECT
    array_send(array_agg(claimed.citizen_id)) AS citizens,
    array_send(array_agg(claimed.started)) AS starts,
    array_send(array_agg(claimed.ended)) AS ends,
    array_send(array_agg(claimed.scene)) AS scenes,
    array_send(array_agg(claimed.recorded)) AS recorded
FROM claimed;
