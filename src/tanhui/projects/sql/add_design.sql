-- The next version of a project's design; the project's own row is locked meanwhile.
INSERT INTO projects_design (project_id, number, cells, file_id, result, digest, reason, at)
SELECT
    %(project_id)s,
    coalesce(max(design.number), 0) + 1 AS number,
    %(cells)s,
    %(file_id)s,
    %(result)s,
    %(digest)s,
    %(reason)s,
    %(at)s
FROM projects_design AS design
WHERE design.project_id = %(project_id)s
RETURNING number;
