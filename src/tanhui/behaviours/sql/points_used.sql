-- What a scene has already paid each of these citizens on each of these days of the city.
SELECT
    item.ordinal - 1 AS place,
    used.points
FROM unnest(%(citizen_ids)s, %(day_starts)s, %(day_ends)s, %(scenes)s)
WITH ORDINALITY AS item (citizen_id, day_start, day_end, scene, ordinal)
CROSS JOIN LATERAL (
    SELECT sum(behaviour.points) AS points
    FROM behaviours_behaviour AS behaviour
    WHERE
        behaviour.citizen_id = item.citizen_id
        AND behaviour.started_at >= item.day_start
        AND behaviour.started_at < item.day_end
        AND behaviour.scene = item.scene
) AS used
WHERE used.points > 0;
