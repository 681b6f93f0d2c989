-- The next text of a project's agreement; the project's own row is locked meanwhile.
INSERT INTO projects_agreement (project_id, number, parties, term, terms, sha256, at)
SELECT
    %(project_id)s,
    coalesce(max(text.number), 0) + 1 AS number,
    %(parties)s,
    daterange(%(first)s, %(last)s, '[]') AS term,
    %(terms)s,
    %(sha256)s,
    %(at)s
FROM projects_agreement AS text
WHERE text.project_id = %(project_id)s
RETURNING number;
