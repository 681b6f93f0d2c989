-- What of a project's papers and periods is told in its story, in order.
SELECT
    told.kind,
    told.number,
    told.at
FROM (
    SELECT
        'design' AS kind,
        design.number,
        design.at
    FROM projects_design AS design
    WHERE design.project_id = %(project_id)s
    UNION ALL
    SELECT
        'agreement' AS kind,
        signature.number,
        max(signature.at) AS at
    FROM projects_signature AS signature
    WHERE signature.project_id = %(project_id)s
    GROUP BY signature.number
    HAVING count(*) = 2
    UNION ALL
    SELECT
        'period' AS kind,
        period.number,
        period.opened_at
    FROM projects_period AS period
    WHERE period.project_id = %(project_id)s
    UNION ALL
    SELECT
        'issue' AS kind,
        period.number,
        period.issued_at
    FROM projects_period AS period
    WHERE period.project_id = %(project_id)s AND period.issued_at IS NOT NULL
) AS told
ORDER BY told.at, told.kind, told.number;
