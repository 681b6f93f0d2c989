-- The versions of a project's design, the oldest first.
SELECT
    design.number,
    design.cells,
    design.file_id,
    design.result,
    design.digest,
    design.reason,
    design.at
FROM projects_design AS design
WHERE design.project_id = %(project_id)s
ORDER BY design.number;
