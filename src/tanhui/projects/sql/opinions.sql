-- Every opinion about a subject, the oldest first.
SELECT
    told.id,
    told.subject,
    told.version,
    told.verifier_id,
    told.statement,
    told.signature,
    own.key_id,
    own.vkey,
    told.positive,
    told.at
FROM projects_opinion AS told
INNER JOIN projects_verifier_key AS own ON told.key_id = own.id
WHERE told.subject = %(subject)s
ORDER BY told.id;
