-- Every register with what it told: its projects, its blocks, kilograms by kind.
SELECT
    register.name,
    register.title_zh,
    register.title_en,
    (
        SELECT count(*) FROM projects_foreign_project AS project
        WHERE project.register = register.name
    ) AS projects,
    (
        SELECT count(*)
        FROM projects_foreign_credit AS credit
        INNER JOIN projects_foreign_project AS project ON project.id = credit.project_id
        WHERE project.register = register.name AND credit.live
    ) AS blocks,
    (
        SELECT coalesce(jsonb_object_agg(told.kind, told.kg), '{}')
        FROM (
            SELECT
                credit.kind,
                sum(credit.kg) AS kg
            FROM projects_foreign_credit AS credit
            INNER JOIN projects_foreign_project AS project ON project.id = credit.project_id
            WHERE project.register = register.name AND credit.live
            GROUP BY credit.kind
        ) AS told
    ) AS kinds,
    (
        SELECT max(reading.at) FROM projects_foreign_import AS reading
        WHERE reading.register = register.name
    ) AS read_at
FROM projects_foreign_register AS register
ORDER BY register.name;
