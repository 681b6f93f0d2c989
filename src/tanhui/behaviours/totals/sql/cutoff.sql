WITH last AS (
    SELECT
        roll.number,
        roll.outbox_id,
        roll.rolled_at
    FROM behaviours_roll AS roll
    ORDER BY roll.number DESC
    LIMIT 1
)

SELECT
    cutoff.looked_at,
    cutoff.people,
    last.number,
    last.outbox_id,
    last.rolled_at
FROM behaviours_cutoff AS cutoff
CROSS JOIN last;
