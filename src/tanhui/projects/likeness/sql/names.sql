-- What every other project is called, here and in other registers, as two columns: its number,
-- below zero where it is another register's, and its names in one line.
SELECT
    array_agg(called.number) AS numbers,
    string_agg(translate(called.names, E'\n', ' '), E'\n') AS names
FROM (
    SELECT
        project.id AS number,
        project.name_zh || E'\t' || project.name_en AS names
    FROM projects_project AS project
    WHERE
        project.id <> %(id)s
        AND project.state NOT IN ('draft', 'withdrawn', 'refused')
    UNION ALL
    SELECT
        -foreign_project.id AS number,
        E'\t' || translate(foreign_project.name, E'\t', ' ') AS names
    FROM projects_foreign_project AS foreign_project
) AS called;
