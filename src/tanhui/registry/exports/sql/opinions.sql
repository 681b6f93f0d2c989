-- The body that last signed for each project (`project:CODE`) and period (`period:ID`).
SELECT DISTINCT ON (opinion.subject)
    opinion.subject,
    opinion.verifier_id,
    opinion.at
FROM projects_opinion AS opinion
WHERE opinion.positive
ORDER BY opinion.subject ASC, opinion.version DESC;
