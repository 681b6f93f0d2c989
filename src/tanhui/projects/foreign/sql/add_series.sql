-- The numbers of these series; those that are new are added.
WITH added AS (
    INSERT INTO projects_foreign_series (register, name)
    SELECT
        %(register)s,
        wanted.name
    FROM unnest(%(names)s::text[]) AS wanted (name)
    ON CONFLICT (register, name) DO NOTHING
    RETURNING name, id
)

SELECT
    added.name,
    added.id
FROM added
UNION ALL
SELECT
    series.name,
    series.id
FROM projects_foreign_series AS series
WHERE series.register = %(register)s AND series.name = any(%(names)s);
