-- The findings about a subject, or one of them, with everything that was said.
SELECT
    asked.id,
    asked.subject,
    asked.number,
    asked.anchor,
    asked.title,
    asked.verifier_id,
    asked.at AS raised_at,
    word.number AS word_number,
    word.act,
    word.words,
    word.organisation_id,
    word.due_at,
    word.at
FROM projects_finding AS asked
INNER JOIN projects_finding_word AS word ON asked.id = word.finding_id
WHERE
    (%(subject)s::text IS NULL OR asked.subject = %(subject)s)
    AND (%(id)s::bigint IS NULL OR asked.id = %(id)s)
ORDER BY asked.number, word.number;
