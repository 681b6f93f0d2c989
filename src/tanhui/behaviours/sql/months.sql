-- The months of the city in which a citizen has any deed, newest first.
SELECT DISTINCT date_trunc('month', behaviour.started_at AT TIME ZONE %(zone)s)::date AS month
FROM behaviours_behaviour AS behaviour
WHERE behaviour.citizen_id = %(citizen_id)s
ORDER BY month DESC;
