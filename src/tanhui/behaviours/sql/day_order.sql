-- The deeds of a citizen's day in the order in which settlement filled the day's limits, each
-- with the rule it was paid by and when it was taken back or its hold reversed, if it was.
SELECT
    behaviour.started_at,
    behaviour.partner_id,
    behaviour.reference_digest,
    behaviour.chunk_id,
    rule.methodology,
    rule.tariff,
    rule.city_limit,
    coalesce(void.voided_at, ended.ended_at) AS given_back_at
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_rule AS rule ON rule.id = behaviour.rule_id
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
LEFT JOIN behaviours_hold_end AS ended
    ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(since)s
    AND behaviour.started_at < %(until)s
ORDER BY behaviour.chunk_id, behaviour.started_at, behaviour.reference_digest;
