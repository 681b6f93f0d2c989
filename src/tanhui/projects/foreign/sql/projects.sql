-- Projects of other registers in the order they were first read, a page of them.
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
WHERE
    project.id > %(after)s
    AND (%(register)s::text IS NULL OR project.register = %(register)s)
    AND (
        %(words)s = ''
        OR (
            project.grams @> projects_grams(%(words)s)
            AND strpos(lower(project.name), lower(%(words)s)) > 0
        )
    )
ORDER BY project.id
LIMIT %(rows_max)s;
