-- The partners a citizen is bound to or has deeds from in the last days, and what they brought.
SELECT
    partner.code,
    partner.name_zh,
    partner.name_en,
    partner.scene,
    max(chunk.recorded_at) AS last_recorded_at,
    array_agg(
        (behaviour.started_at AT TIME ZONE %(zone)s)::date
    ) FILTER (WHERE behaviour.started_at IS NOT NULL) AS days
FROM partners_partner AS partner
LEFT JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.partner_id = partner.id
        AND behaviour.citizen_id = %(citizen_id)s
        AND behaviour.started_at >= %(since)s
        AND behaviour.started_at < %(until)s
LEFT JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
WHERE
    behaviour.citizen_id IS NOT NULL
    OR EXISTS (
        SELECT 1
        FROM partners_rider AS rider
        WHERE rider.partner_id = partner.id AND rider.citizen_id = %(citizen_id)s
    )
GROUP BY partner.id
ORDER BY partner.id;
