-- One deed by its key, with what became of it and the rule it was paid by.
SELECT
    behaviour.started_at,
    behaviour.ended_at,
    behaviour.reference_digest,
    behaviour.partner_id,
    behaviour.chunk_id,
    behaviour.rule_id,
    behaviour.scene,
    behaviour.grade,
    behaviour.amount,
    behaviour.detail,
    behaviour.reduction_mg,
    behaviour.points,
    behaviour.points_uncapped,
    chunk.recorded_at,
    partner.code,
    partner.name_zh,
    partner.name_en,
    hold.detector,
    hold.facts,
    hold.placed_at,
    hold.deadline,
    ended.outcome,
    ended.reason AS hold_reason,
    appeal.id AS appeal_id,
    merged.reason AS merge_reason,
    merged.paid_started_at,
    merged.paid_partner_id,
    merged.paid_digest,
    payer.name_zh AS payer_zh,
    payer.name_en AS payer_en,
    void.reason AS void_reason,
    void.voided_at,
    void.points_kept,
    rule.methodology,
    rule.methodology_digest,
    rule.tariff,
    rule.tariff_digest,
    rule.city_limit,
    rule.city_limit_digest
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
INNER JOIN partners_partner AS partner ON partner.id = behaviour.partner_id
LEFT JOIN behaviours_hold AS hold
    ON
        behaviour.state = 2
        AND hold.citizen_id = behaviour.citizen_id
        AND hold.started_at = behaviour.started_at
        AND hold.partner_id = behaviour.partner_id
        AND hold.reference_digest = behaviour.reference_digest
LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
LEFT JOIN cases_case AS appeal
    ON appeal.kind = 'hold-appeal' AND appeal.subject = 'hold:' || hold.id::text
LEFT JOIN behaviours_merge AS merged
    ON
        behaviour.state = 1
        AND merged.citizen_id = behaviour.citizen_id
        AND merged.started_at = behaviour.started_at
        AND merged.partner_id = behaviour.partner_id
        AND merged.reference_digest = behaviour.reference_digest
LEFT JOIN partners_partner AS payer ON payer.id = merged.paid_partner_id
LEFT JOIN behaviours_void AS void
    ON
        void.citizen_id = behaviour.citizen_id
        AND void.started_at = behaviour.started_at
        AND void.partner_id = behaviour.partner_id
        AND void.reference_digest = behaviour.reference_digest
INNER JOIN behaviours_rule AS rule ON rule.id = behaviour.rule_id
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at = %(started_at)s
    AND behaviour.partner_id = %(partner_id)s
    AND behaviour.reference_digest = %(reference_digest)s;
