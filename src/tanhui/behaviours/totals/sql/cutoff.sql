SELECT
    cutoff.looked_at,
    cutoff.people,
    roll.number,
    roll.outbox_id
FROM behaviours_cutoff AS cutoff
CROSS JOIN LATERAL (
    SELECT
        last.number,
        last.outbox_id
    FROM behaviours_roll AS last
    ORDER BY last.number DESC
    LIMIT 1
) AS roll;
