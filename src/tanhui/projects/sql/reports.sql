-- Every version of a period's report, with when it was handed in.
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
WHERE told.period_id = %(period_id)s
ORDER BY told.number;
