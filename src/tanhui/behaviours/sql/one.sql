SELECT
    behaviour.started_at,
    behaviour.ended_at,
    behaviour.reference_digest,
    behaviour.partner_id,
    behaviour.chunk_id,
    behaviour.rule_id,
    behaviour.scene,
    behaviour.grade,
    behaviour.distance_m,
    behaviour.reduction_mg,
    behaviour.points,
    behaviour.points_uncapped,
    chunk.recorded_at,
    partner.code,
    partner.name_zh,
    partner.name_en,
    rule.methodology,
    rule.methodology_digest,
    rule.tariff,
    rule.tariff_digest
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
INNER JOIN behaviours_rule AS rule ON rule.id = behaviour.rule_id
INNER JOIN partners_partner AS partner ON partner.id = behaviour.partner_id
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at = %(started_at)s
    AND behaviour.partner_id = %(partner_id)s
    AND behaviour.reference_digest = %(reference_digest)s;
