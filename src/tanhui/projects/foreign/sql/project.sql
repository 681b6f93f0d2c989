-- One project of another register.
SELECT
    project.id,
    project.register,
    project.code,
    project.number,
    project.name,
    project.owner,
    project.kind,
    project.methodologies,
    project.status,
    project.country,
    project.region,
    project.place,
    project.longitude,
    project.latitude,
    project.estimated_kg,
    project.issued_kg,
    project.listed_on,
    project.registered_on,
    project.crediting_first,
    project.crediting_last,
    project.website,
    project.read_at
FROM projects_foreign_project AS project
WHERE project.code = %(code)s;
