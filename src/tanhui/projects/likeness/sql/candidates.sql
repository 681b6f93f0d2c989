-- The numbers of projects that share land, a meter or a paper with one; of another register's
-- project only a point is known. The owner's other projects are there, the newest first.
SELECT found.number
FROM (
    SELECT project.id AS number
    FROM projects_project AS project
    WHERE projects_box(project.geometry) && any(%(boxes)s::text[]::box[])
    UNION
    SELECT site.project_id AS number
    FROM projects_site AS site
    WHERE projects_box(site.place) && any(%(boxes)s::text[]::box[])
    UNION
    SELECT site.project_id AS number
    FROM projects_site AS site
    WHERE projects_meters(site.meters) && %(meters)s::text[]
    UNION
    SELECT document.project_id AS number
    FROM projects_document AS document
    INNER JOIN vault_version AS paper ON document.file_id = paper.file_id
    WHERE
        paper.sha256 = any(%(sums)s::bytea[])
        AND document.kind <> all(%(kinds)s::text[])
    UNION
    SELECT newest.id AS number
    FROM (
        SELECT project.id
        FROM projects_project AS project
        WHERE project.owner_id = %(owner_id)s
        ORDER BY project.id DESC
        LIMIT 50
    ) AS newest
    UNION
    SELECT -foreign_project.id AS number
    FROM projects_foreign_project AS foreign_project
    WHERE
        foreign_project.longitude IS NOT NULL
        AND box(
            point(foreign_project.longitude, foreign_project.latitude),
            point(foreign_project.longitude, foreign_project.latitude)
        ) && any(%(boxes)s::text[]::box[])
) AS found
WHERE found.number <> %(id)s
ORDER BY found.number
LIMIT %(rows_max)s;
