-- A page of projects, the newest first; words stand in a name, or are the owner's or the code.
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
    (cardinality(%(states)s::text[]) = 0 OR project.state = any(%(states)s))
    AND (%(district)s::text IS NULL OR project.district = %(district)s)
    AND (%(field)s::text IS NULL OR project.field = %(field)s)
    AND (%(before)s::bigint IS NULL OR project.id < %(before)s)
    AND (
        %(words)s::text = ''
        OR project.code = upper(%(words)s)
        OR project.owner_id = any(%(owner_ids)s)
        OR (
            project.grams @> projects_grams(%(words)s)
            AND position(
                lower(normalize(%(words)s, nfkc))
                IN lower(normalize(project.name_zh || ' ' || project.name_en, nfkc))
            ) > 0
        )
    )
ORDER BY project.id DESC
LIMIT %(rows_max)s;
