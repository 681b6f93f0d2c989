-- The papers of a project, or of one of its periods, each with its versions, the oldest first.
SELECT
    paper.id,
    paper.period_id,
    paper.kind,
    paper.title,
    paper.file_id,
    version.number,
    version.sha256,
    content.size,
    content.media_type,
    version.at
FROM projects_document AS paper
INNER JOIN vault_version AS version ON paper.file_id = version.file_id
INNER JOIN vault_content AS content ON version.sha256 = content.sha256
WHERE
    paper.project_id = %(project_id)s
    AND (%(whole)s OR paper.period_id IS NOT DISTINCT FROM %(period_id)s::bigint)
ORDER BY paper.period_id NULLS FIRST, paper.at, paper.id, version.number;
