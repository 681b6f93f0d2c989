-- Every deed of one city day as it stands, as whole columns: small numbers packed into one,
-- because each column costs. Deeds that were taken back, or whose hold was reversed, are gone.
-- paid_by: for a merged deed the partner whose report is paid, else its own.
WITH standing AS (
    SELECT
        behaviour.citizen_id,
        behaviour.started_at,
        behaviour.ended_at,
        behaviour.reference_digest,
        behaviour.chunk_id,
        behaviour.reduction_mg,
        (behaviour.amount::bigint << 32) | behaviour.points AS amount_points,
        (behaviour.partner_id::bigint << 32)
        | coalesce(merge.paid_partner_id, behaviour.partner_id)::bigint & 4294967295
            AS partner_paid_by,
        (behaviour.detail::bigint << 32)
        | (behaviour.district::bigint << 16)
        | (behaviour.scene::bigint << 8)
        | (behaviour.grade::bigint << 4)
        | behaviour.state AS small
    FROM behaviours_behaviour AS behaviour
    LEFT JOIN behaviours_void AS void
        ON
            void.citizen_id = behaviour.citizen_id
            AND void.started_at = behaviour.started_at
            AND void.partner_id = behaviour.partner_id
            AND void.reference_digest = behaviour.reference_digest
    LEFT JOIN behaviours_merge AS merge
        ON
            behaviour.state = 1
            AND merge.citizen_id = behaviour.citizen_id
            AND merge.started_at = behaviour.started_at
            AND merge.partner_id = behaviour.partner_id
            AND merge.reference_digest = behaviour.reference_digest
    LEFT JOIN behaviours_hold AS hold
        ON
            behaviour.state = 2
            AND hold.citizen_id = behaviour.citizen_id
            AND hold.started_at = behaviour.started_at
            AND hold.partner_id = behaviour.partner_id
            AND hold.reference_digest = behaviour.reference_digest
    LEFT JOIN behaviours_hold_end AS ended
        ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
    WHERE
        behaviour.started_at >= %(day_start)s
        AND behaviour.started_at < %(day_end)s
        AND void.citizen_id IS NULL
        AND ended.hold_id IS NULL
)

SELECT
    array_send(array_agg(standing.citizen_id)) AS citizens,
    array_send(array_agg(standing.started_at)) AS starts,
    array_send(array_agg(standing.ended_at)) AS ends,
    array_send(array_agg(standing.reference_digest)) AS digests,
    array_send(array_agg(standing.chunk_id)) AS chunks,
    array_send(array_agg(standing.reduction_mg)) AS reductions,
    array_send(array_agg(standing.amount_points)) AS amounts_points,
    array_send(array_agg(standing.partner_paid_by)) AS partners_paid_by,
    array_send(array_agg(standing.small)) AS small_numbers
FROM standing;
