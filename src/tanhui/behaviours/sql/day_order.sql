-- The deeds of a citizen's day in the order in which settlement filled the day's limits, each
-- with the rule it was paid by and when it was taken back, if it was.
SELECT
    behaviour.started_at,
    behaviour.partner_id,
    behaviour.reference_digest,
    rule.methodology,
    rule.tariff,
    rule.city_limit,
    void.voided_at
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_rule AS rule ON rule.id = behaviour.rule_id
LEFT JOIN behaviours_void AS void
    ON
        void.citizen_id = behaviour.citizen_id
        AND void.started_at = behaviour.started_at
        AND void.partner_id = behaviour.partner_id
        AND void.reference_digest = behaviour.reference_digest
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(since)s
    AND behaviour.started_at < %(until)s
ORDER BY behaviour.chunk_id, behaviour.started_at, behaviour.reference_digest;
