-- What was measured, each distinct case once: deeds of one rule, amount and detail have one
-- reduction. Merged deeds are measured as nothing.
SELECT
    behaviour.rule_id,
    behaviour.amount,
    behaviour.detail,
    behaviour.reduction_mg,
    count(*) AS deeds
FROM behaviours_behaviour AS behaviour
WHERE behaviour.state <> 1
GROUP BY behaviour.rule_id, behaviour.amount, behaviour.detail, behaviour.reduction_mg;
