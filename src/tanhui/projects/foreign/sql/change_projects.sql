-- Projects as they are told now; how they were before is kept.
WITH told AS (
    SELECT listed.*
    FROM
        jsonb_to_recordset(%(projects)s::jsonb) AS listed (
            id bigint, before jsonb, name text, owner text, kind text, methodologies text[],
            status text, country text, region text, place text, longitude numeric,
            latitude numeric, estimated_kg bigint, issued_kg bigint, listed_on date,
            registered_on date, crediting_first date, crediting_last date, website text
        )
),

noted AS (
    INSERT INTO projects_foreign_change (project_id, before, import_id)
    SELECT
        told.id,
        told.before,
        %(import_id)s
    FROM told
)

UPDATE projects_foreign_project AS project
SET
    name = told.name,
    owner = told.owner,
    kind = told.kind,
    methodologies = told.methodologies,
    status = told.status,
    country = told.country,
    region = told.region,
    place = told.place,
    longitude = told.longitude,
    latitude = told.latitude,
    estimated_kg = told.estimated_kg,
    issued_kg = told.issued_kg,
    listed_on = told.listed_on,
    registered_on = told.registered_on,
    crediting_first = told.crediting_first,
    crediting_last = told.crediting_last,
    website = told.website,
    read_at = %(at)s,
    import_id = %(import_id)s
FROM told
WHERE project.id = told.id;
