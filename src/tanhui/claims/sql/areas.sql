SELECT
    area.id,
    area.project,
    area.modes,
    area.first_day,
    area.outbox_id,
    area.taken_at,
    area.geometry::text,
    least(area.last_day, area_end.last_day) AS last_day
FROM claims_area AS area
LEFT JOIN claims_area_end AS area_end ON area.id = area_end.area_id
WHERE %(project)s::text IS NULL OR area.project = %(project)s
ORDER BY area.id;
