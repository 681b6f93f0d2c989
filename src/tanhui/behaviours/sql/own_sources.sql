-- What one citizen has with each partner: the binding, the newest record, the days of last month's.
WITH own AS (
    SELECT
        behaviour.partner_id,
        max(chunk.recorded_at) AS recorded_at,
        array_agg((behaviour.started_at AT TIME ZONE %(zone)s)::date) AS days
    FROM behaviours_behaviour AS behaviour
    INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
    WHERE
        behaviour.citizen_id = %(citizen_id)s
        AND behaviour.started_at >= %(since)s
        AND behaviour.started_at < %(until)s
    GROUP BY behaviour.partner_id
),

bound AS (
    SELECT
        rider.partner_id,
        min(rider.bound_at) AS bound_at
    FROM partners_rider AS rider
    WHERE rider.citizen_id = %(citizen_id)s
    GROUP BY rider.partner_id
)

SELECT
    partner.code,
    bound.bound_at,
    own.recorded_at,
    own.days
FROM partners_partner AS partner
LEFT JOIN own ON own.partner_id = partner.id
LEFT JOIN bound ON bound.partner_id = partner.id
WHERE own.partner_id IS NOT NULL OR bound.partner_id IS NOT NULL
ORDER BY partner.id;
