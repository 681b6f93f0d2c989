-- What a scene has already paid each of these citizens on each of these days, as whole columns.
SELECT
    array_send(array_agg(item.ordinal - 1)) AS places,
    array_send(array_agg(used.points)) AS points
FROM unnest(%(citizen_ids)s, %(day_starts)s, %(day_ends)s, %(scenes)s)
WITH ORDINALITY AS item (citizen_id, day_start, day_end, scene, ordinal)
CROSS JOIN LATERAL (
    SELECT sum(behaviour.points)::bigint AS points
    FROM behaviours_behaviour AS behaviour
    WHERE
        behaviour.citizen_id = item.citizen_id
        AND behaviour.started_at >= item.day_start
        AND behaviour.started_at < item.day_end
        AND behaviour.scene = item.scene
) AS used
WHERE used.points > 0;
