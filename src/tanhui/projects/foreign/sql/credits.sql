-- What the latest files tell of one project's credits.
SELECT
    credit.kind,
    credit.kg,
    credit.serial,
    credit.vintage,
    credit.on_day,
    credit.beneficiary,
    credit.reason,
    credit.note,
    lower(credit.serials) AS first,
    upper(credit.serials) - 1 AS last
FROM projects_foreign_credit AS credit
INNER JOIN projects_foreign_project AS project ON project.id = credit.project_id
WHERE project.code = %(code)s AND credit.live
ORDER BY credit.kind ASC, lower(credit.serials) ASC, credit.id ASC
LIMIT %(rows_max)s;
