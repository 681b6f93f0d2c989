-- What the scene had paid the citizen on that day before this deed: earlier chunks, and in the
-- same chunk the deeds done earlier, or at the same instant under a lesser digest. This is the
-- order in which settlement fills a day's cap.
SELECT coalesce(sum(behaviour.points), 0)::bigint
FROM behaviours_behaviour AS behaviour
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(day_start)s
    AND behaviour.started_at < %(day_end)s
    AND behaviour.scene = %(scene)s
    AND (
        behaviour.chunk_id < %(chunk_id)s
        OR (
            behaviour.chunk_id = %(chunk_id)s
            AND (behaviour.started_at, behaviour.reference_digest)
            < (%(started_at)s, %(reference_digest)s)
        )
    );
