-- What a scene has already paid each of these citizens on one day of the city, as whole columns.
WITH used AS (
    SELECT
        item.ordinal - 1 AS place,
        sum(behaviour.points)::bigint AS points
    FROM
        unnest(%(citizen_ids)s, %(scenes)s)
        WITH ORDINALITY AS item (citizen_id, scene, ordinal)
    INNER JOIN behaviours_behaviour AS behaviour
        ON behaviour.citizen_id = item.citizen_id AND behaviour.scene = item.scene
    WHERE behaviour.started_at >= %(day_start)s AND behaviour.started_at < %(day_end)s
    GROUP BY item.ordinal
)

SELECT
    array_send(array_agg(used.place)) AS places,
    array_send(array_agg(used.points)) AS points
FROM used
WHERE used.points > 0;
