SELECT
    at,
    state,
    actor,
    reason
FROM rewards_step
WHERE citizen_id = %(citizen_id)s AND redemption_id = %(id)s
ORDER BY number;
