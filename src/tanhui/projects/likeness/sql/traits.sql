-- What of these projects is compared: those of other registers have numbers below zero.
SELECT
    project.id AS number,
    project.code AS ref,
    '' AS register,
    project.name_zh,
    project.name_en,
    ARRAY[owner.name_zh, owner.name_en] AS owners,
    owner.credit_code,
    split_part(project.methodology, '@', 1) AS methodology,
    coalesce(
        (
            SELECT array_agg(DISTINCT meter.meter)
            FROM projects_site AS site
            CROSS JOIN LATERAL unnest(projects_meters(site.meters)) AS meter (meter)
            WHERE site.project_id = project.id
        ),
        '{}'
    ) AS meters,
    coalesce(
        (
            SELECT array_agg(DISTINCT encode(paper.sha256, 'hex'))
            FROM projects_document AS document
            INNER JOIN vault_version AS paper ON document.file_id = paper.file_id
            WHERE
                document.project_id = project.id
                AND document.kind <> all(%(kinds)s::text[])
        ),
        '{}'
    ) AS documents,
    (
        SELECT jsonb_agg(told.shape)::text
        FROM (
            SELECT project.geometry AS shape
            UNION ALL
            SELECT site.place AS shape
            FROM projects_site AS site
            WHERE site.project_id = project.id
        ) AS told
        WHERE told.shape IS NOT NULL
    ) AS shapes
FROM projects_project AS project
INNER JOIN identity_organisation AS owner ON project.owner_id = owner.id
WHERE
    project.id = any(%(numbers)s::bigint[])
    AND (project.id = %(id)s OR project.state NOT IN ('draft', 'withdrawn', 'refused'))
UNION ALL
SELECT
    -foreign_project.id AS number,
    foreign_project.code AS ref,
    foreign_project.register,
    '' AS name_zh,
    foreign_project.name AS name_en,
    ARRAY[foreign_project.owner] AS owners,
    '' AS credit_code,
    '' AS methodology,
    '{}'::text[] AS meters,
    '{}'::text[] AS documents,
    CASE
        WHEN foreign_project.longitude IS NOT NULL THEN
            jsonb_build_array(
                jsonb_build_object(
                    'type', 'Point',
                    'coordinates',
                    jsonb_build_array(foreign_project.longitude, foreign_project.latitude)
                )
            )::text
    END AS shapes
FROM projects_foreign_project AS foreign_project
WHERE -foreign_project.id = any(%(numbers)s::bigint[]);
