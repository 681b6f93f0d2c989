SELECT
    points,
    oldest
FROM behaviours_waiting(%(citizen_id)s, %(since)s);
