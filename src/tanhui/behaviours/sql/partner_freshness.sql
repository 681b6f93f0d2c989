-- When each partner last brought rows that were taken, and how often it said that it would.
-- What was refused to the last row is not in the books and ends no silence.
SELECT
    partner.code,
    partner.name_zh,
    partner.name_en,
    partner.scene,
    partner.modes,
    partner.expected_hours,
    partner.registered_at,
    delivered.recorded_at
FROM partners_partner AS partner
LEFT JOIN LATERAL (
    SELECT chunk.recorded_at
    FROM behaviours_chunk AS chunk
    WHERE
        chunk.partner_id = partner.id
        AND chunk.recorded_count + chunk.exists_count + chunk.held_count > 0
    ORDER BY chunk.recorded_at DESC
    LIMIT 1
) AS delivered ON TRUE
WHERE partner.code <> %(not_a_partner)s
ORDER BY partner.id;
