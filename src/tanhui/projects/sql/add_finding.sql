-- The next finding about a subject.
INSERT INTO projects_finding (subject, number, anchor, title, verifier_id, at)
SELECT
    %(subject)s,
    coalesce(max(earlier.number), 0) + 1 AS number,
    %(anchor)s,
    %(title)s,
    %(verifier_id)s,
    %(at)s
FROM projects_finding AS earlier
WHERE earlier.subject = %(subject)s
RETURNING id;
