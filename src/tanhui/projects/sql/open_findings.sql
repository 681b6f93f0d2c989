-- How many findings about each subject wait for the owner, and how many for the verifier.
SELECT
    told.subject,
    count(*) FILTER (WHERE told.act IN ('raise', 'ask')) AS to_owner,
    count(*) FILTER (WHERE told.act = 'answer') AS to_verifier,
    min(told.due_at) AS due_at
FROM (
    SELECT DISTINCT ON (finding.id)
        finding.subject,
        word.act,
        word.due_at
    FROM projects_finding AS finding
    INNER JOIN projects_finding_word AS word ON finding.id = word.finding_id
    WHERE finding.subject = any(%(subjects)s)
    ORDER BY finding.id ASC, word.number DESC
) AS told
GROUP BY told.subject;
