-- A page of projects, the newest first.
SELECT
    project.id,
    project.code,
    project.owner_id,
    project.name_zh,
    project.name_en,
    project.about_zh,
    project.about_en,
    project.methodology,
    project.digest,
    project.field,
    project.call,
    project.district,
    project.geometry,
    project.simplified,
    project.simulated,
    project.state,
    project.created_at,
    project.filed_at,
    project.registered_at,
    project.ended_at,
    project.cap_kg,
    project.buffer_percent,
    lower(project.crediting) AS crediting_first,
    upper(project.crediting) - 1 AS crediting_last
FROM projects_project AS project
WHERE
    project.state = any(%(states)s)
    AND (%(district)s::text IS NULL OR project.district = %(district)s)
    AND (%(field)s::text IS NULL OR project.field = %(field)s)
    AND (%(before)s::bigint IS NULL OR project.id < %(before)s)
ORDER BY project.id DESC
LIMIT %(rows_max)s;
