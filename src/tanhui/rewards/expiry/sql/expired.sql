SELECT
    month,
    points,
    cause_id,
    at
FROM rewards_expired
WHERE citizen_id = %(citizen_id)s
ORDER BY month DESC;
