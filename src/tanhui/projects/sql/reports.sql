-- The versions of a period's report, or those of them that were handed in, with when.
SELECT
    told.period_id,
    told.number,
    told.cells,
    told.texts,
    told.result,
    told.reduction_kg,
    told.deficit_kg,
    told.methodology,
    told.digest,
    told.calculation,
    told.evidence,
    told.sha256,
    told.reason,
    told.at,
    handed.at AS submitted_at
FROM projects_report AS told
LEFT JOIN projects_submission AS handed
    ON told.period_id = handed.period_id AND told.number = handed.report
WHERE
    told.period_id = %(period_id)s
    AND (NOT %(submitted)s OR handed.at IS NOT NULL)
ORDER BY told.number;
