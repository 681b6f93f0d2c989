-- Live blocks that share numbers with these new ones. What was issued and what became of it are
-- asked for apart, so that each part finds its own index.
WITH told AS (
    SELECT listed.*
    FROM
        jsonb_to_recordset(%(blocks)s::jsonb) AS listed (
            place integer, issued boolean, series_id bigint, first bigint, last bigint
        )
)

SELECT
    told.place,
    credit.id,
    credit.kind,
    project.code,
    lower(credit.serials) AS first,
    upper(credit.serials) - 1 AS last
FROM told
INNER JOIN projects_foreign_credit AS credit
    ON
        int8range(credit.series_id, credit.series_id, '[]')
        && int8range(told.series_id, told.series_id, '[]')
        AND credit.serials && int8range(told.first, told.last, '[]')
INNER JOIN projects_foreign_project AS project ON credit.project_id = project.id
WHERE credit.live AND credit.kind = 'issuance' AND told.issued
UNION ALL
SELECT
    told.place,
    credit.id,
    credit.kind,
    project.code,
    lower(credit.serials) AS first,
    upper(credit.serials) - 1 AS last
FROM told
INNER JOIN projects_foreign_credit AS credit
    ON
        int8range(credit.series_id, credit.series_id, '[]')
        && int8range(told.series_id, told.series_id, '[]')
        AND credit.serials && int8range(told.first, told.last, '[]')
INNER JOIN projects_foreign_project AS project ON credit.project_id = project.id
WHERE credit.live AND credit.kind <> 'issuance' AND NOT told.issued
ORDER BY place, id;
