-- Ten minutes that are over, by scene and district. What is too little to be told alone is told
-- with the other districts of its scene, then with the other scenes, or not at all.
WITH told AS (
    SELECT
        recent.since,
        recent.scene,
        recent.deeds,
        CASE WHEN recent.deeds >= %(fewest)s THEN recent.district ELSE 0 END AS district
    FROM behaviours_recent AS recent
    CROSS JOIN behaviours_cutoff AS cutoff
    WHERE recent.since <= cutoff.looked_at - interval '10 minutes'
),

by_scene AS (
    SELECT
        told.since,
        told.district,
        CASE
            WHEN told.district > 0 OR sum(told.deeds) >= %(fewest)s THEN told.scene ELSE 0
        END AS scene,
        sum(told.deeds) AS deeds
    FROM told
    GROUP BY told.since, told.scene, told.district
)

SELECT
    by_scene.since,
    by_scene.scene,
    by_scene.district,
    sum(by_scene.deeds)::bigint AS deeds
FROM by_scene
GROUP BY by_scene.since, by_scene.scene, by_scene.district
HAVING sum(by_scene.deeds) >= %(fewest)s
ORDER BY by_scene.since DESC, deeds DESC, by_scene.scene ASC, by_scene.district ASC
LIMIT %(rows_max)s;
