-- What was measured, each distinct case once: deeds of one rule and distance have one reduction.
SELECT
    behaviour.rule_id,
    behaviour.distance_m,
    behaviour.reduction_mg,
    count(*) AS deeds
FROM behaviours_behaviour AS behaviour
GROUP BY behaviour.rule_id, behaviour.distance_m, behaviour.reduction_mg;
