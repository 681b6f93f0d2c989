-- Every deed counted from its own row and from those that speak of it. This reads all of them: it
-- is what totals are checked against, and what they begin with.
CREATE VIEW behaviours_counted AS
WITH deed AS (
    SELECT
        behaviour.partner_id,
        behaviour.scene,
        behaviour.district,
        behaviour.amount,
        behaviour.reduction_mg,
        behaviour.points,
        (behaviour.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        CASE
            WHEN void.citizen_id IS NOT NULL THEN 4
            WHEN behaviour.state = 1 THEN 1
            WHEN behaviour.state = 0 THEN 0
            WHEN ended.hold_id IS NULL THEN 2
            WHEN ended.outcome = 'reversed' THEN 3
            ELSE 0
        END AS standing
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
    LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
)

SELECT
    deed.partner_id,
    deed.day,
    deed.scene,
    deed.district,
    count(*) FILTER (WHERE deed.standing = 0) AS deeds,
    count(*) FILTER (WHERE deed.standing = 1) AS merged,
    count(*) FILTER (WHERE deed.standing = 2) AS held,
    count(*) FILTER (WHERE deed.standing = 3) AS reversed,
    count(*) FILTER (WHERE deed.standing = 4) AS voided,
    coalesce(sum(deed.amount) FILTER (WHERE deed.standing < 4), 0)::bigint AS amount,
    coalesce(sum(deed.reduction_mg) FILTER (WHERE deed.standing = 0), 0)::bigint AS reduction_mg,
    coalesce(sum(deed.points) FILTER (WHERE deed.standing = 0), 0)::bigint AS points
FROM deed
GROUP BY deed.partner_id, deed.day, deed.scene, deed.district;
GRANT SELECT ON behaviours_counted TO tanhui_app;
