-- Periods: one, those of a project, or those in some states.
SELECT
    told.id,
    told.project_id,
    told.number,
    told.state,
    told.opened_at,
    told.issued_at,
    told.event_id,
    lower(told.days) AS first_day,
    upper(told.days) - 1 AS last_day
FROM projects_period AS told
WHERE
    (%(period_id)s::bigint IS NULL OR told.id = %(period_id)s)
    AND (%(project_id)s::bigint IS NULL OR told.project_id = %(project_id)s)
    AND (%(states)s::text[] IS NULL OR told.state = any(%(states)s))
ORDER BY told.id
LIMIT 1000;
