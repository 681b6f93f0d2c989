INSERT INTO projects_foreign_project (
    register, code, number, name, owner, kind, methodologies, status, country, region, place,
    longitude, latitude, estimated_kg, issued_kg, listed_on, registered_on, crediting_first,
    crediting_last, website, read_at, import_id
)
SELECT
    %(register)s,
    told.code,
    told.number,
    told.name,
    told.owner,
    told.kind,
    told.methodologies,
    told.status,
    told.country,
    told.region,
    told.place,
    told.longitude,
    told.latitude,
    told.estimated_kg,
    told.issued_kg,
    told.listed_on,
    told.registered_on,
    told.crediting_first,
    told.crediting_last,
    told.website,
    %(at)s,
    %(import_id)s
FROM
    jsonb_to_recordset(%(projects)s::jsonb) AS told (
        code text, number text, name text, owner text, kind text, methodologies text[],
        status text, country text, region text, place text, longitude numeric, latitude numeric,
        estimated_kg bigint, issued_kg bigint, listed_on date, registered_on date,
        crediting_first date, crediting_last date, website text
    )
RETURNING code, id;
