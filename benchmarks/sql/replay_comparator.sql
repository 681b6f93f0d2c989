-- The least that a change of one tariff needs, in one statement of the database itself: points
-- before and after by deed, within the scene's day and the day in all, added up by citizen.
WITH priced AS (
    SELECT
        behaviour.citizen_id,
        behaviour.scene,
        (behaviour.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        behaviour.reduction_mg
        * (%(percents)s::bigint[])[behaviour.grade + 1] / (100 * %(old_mg)s::bigint) AS old_points,
        behaviour.reduction_mg
        * (%(percents)s::bigint[])[behaviour.grade + 1] / (100 * %(new_mg)s::bigint) AS new_points
    FROM behaviours_behaviour AS behaviour
    LEFT JOIN behaviours_void AS void
        ON
            void.citizen_id = behaviour.citizen_id
            AND void.started_at = behaviour.started_at
            AND void.partner_id = behaviour.partner_id
            AND void.reference_digest = behaviour.reference_digest
    WHERE
        behaviour.started_at >= %(since)s
        AND behaviour.started_at < %(until)s
        AND behaviour.state <> 1
        AND void.citizen_id IS NULL
),

scene_days AS (
    SELECT
        priced.citizen_id,
        priced.day,
        least(sum(priced.old_points), %(day_max)s) AS old_points,
        least(sum(priced.new_points), %(day_max)s) AS new_points
    FROM priced
    GROUP BY priced.citizen_id, priced.day, priced.scene
),

days AS (
    SELECT
        scene_days.citizen_id,
        least(sum(scene_days.old_points), %(day_max_in_all)s) AS old_points,
        least(sum(scene_days.new_points), %(day_max_in_all)s) AS new_points
    FROM scene_days
    GROUP BY scene_days.citizen_id, scene_days.day
),

people AS (
    SELECT
        days.citizen_id,
        sum(days.old_points) AS old_points,
        sum(days.new_points) AS new_points
    FROM days
    GROUP BY days.citizen_id
)

SELECT
    count(*) AS people,
    count(*) FILTER (WHERE people.old_points <> people.new_points) AS affected,
    sum(people.old_points)::bigint AS old_points,
    sum(people.new_points)::bigint AS new_points
FROM people;
