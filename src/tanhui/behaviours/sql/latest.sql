-- The newest deeds of a citizen since an instant; the bound keeps the search to few partitions.
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
    partner.name_en
FROM behaviours_behaviour AS behaviour
INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
INNER JOIN partners_partner AS partner ON partner.id = behaviour.partner_id
WHERE
    behaviour.citizen_id = %(citizen_id)s
    AND behaviour.started_at >= %(since)s
    AND behaviour.started_at < %(until)s
ORDER BY behaviour.started_at DESC, behaviour.partner_id ASC, behaviour.reference_digest ASC
LIMIT %(limit)s;
