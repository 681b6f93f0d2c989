-- A page of projects whose name, owner or code these words are, the newest first.
-- Each way of finding is asked apart, so that each goes by its own index. Where the index does not
-- choose, the text is looked through first: comparing pairs of letters costs more.
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
    project.id IN (
        (
            SELECT found.id
            FROM projects_project AS found
            WHERE
                found.state = any(%(states)s)
                AND (%(district)s::text IS NULL OR found.district = %(district)s)
                AND (%(field)s::text IS NULL OR found.field = %(field)s)
                AND (%(before)s::bigint IS NULL OR found.id < %(before)s)
                AND found.code = upper(%(words)s)
            ORDER BY found.id DESC
            LIMIT %(rows_max)s
        )
        UNION
        (
            SELECT found.id
            FROM projects_project AS found
            WHERE
                found.state = any(%(states)s)
                AND (%(district)s::text IS NULL OR found.district = %(district)s)
                AND (%(field)s::text IS NULL OR found.field = %(field)s)
                AND (%(before)s::bigint IS NULL OR found.id < %(before)s)
                AND found.owner_id = any(%(owner_ids)s)
            ORDER BY found.id DESC
            LIMIT %(rows_max)s
        )
        UNION
        (
            SELECT found.id
            FROM projects_project AS found
            WHERE
                found.state = any(%(states)s)
                AND (%(district)s::text IS NULL OR found.district = %(district)s)
                AND (%(field)s::text IS NULL OR found.field = %(field)s)
                AND (%(before)s::bigint IS NULL OR found.id < %(before)s)
                AND position(lower(normalize(%(words)s, nfkc)) IN found.folded) > 0
                AND found.grams @> projects_grams(%(words)s)
            ORDER BY found.id DESC
            LIMIT %(rows_max)s
        )
    )
ORDER BY project.id DESC
LIMIT %(rows_max)s;
