-- The next word about a finding.
INSERT INTO projects_finding_word (
    finding_id, number, act, words, organisation_id, actor, due_at, at
)
SELECT
    %(finding_id)s,
    coalesce(max(earlier.number), 0) + 1 AS number,
    %(act)s,
    %(words)s,
    %(organisation_id)s,
    %(actor)s,
    %(due_at)s,
    %(at)s
FROM projects_finding_word AS earlier
WHERE earlier.finding_id = %(finding_id)s;
