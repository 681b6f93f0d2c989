-- What had been taken of that day's limits before this deed, by its scene and by all scenes:
-- earlier chunks, and in the same chunk the deeds done earlier, or at the same instant under a
-- lesser digest. This is the order in which settlement fills a day. What an earlier chunk brought
-- and was taken back, or its hold reversed, before this deed was recorded had given its room back.
SELECT
    coalesce(sum(behaviour.points) FILTER (WHERE behaviour.scene = %(scene)s), 0)::bigint
        AS by_scene,
    coalesce(sum(behaviour.points), 0)::bigint AS in_all
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
LEFT JOIN behaviours_hold_end AS ended
    ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(day_start)s
    AND behaviour.started_at < %(day_end)s
    AND (
        (
            behaviour.chunk_id < %(chunk_id)s
            AND (void.voided_at IS NULL OR void.voided_at > %(recorded_at)s)
            AND (ended.ended_at IS NULL OR ended.ended_at > %(recorded_at)s)
        )
        OR (
            behaviour.chunk_id = %(chunk_id)s
            AND (behaviour.started_at, behaviour.reference_digest)
            < (%(started_at)s, %(reference_digest)s)
        )
    );
