-- Rows of one search, the newest first; what was not asked for is null.
SELECT
    told.id,
    told.at,
    told.actor,
    told.action,
    told.subject,
    link.place,
    told.facts::text AS facts
FROM governance_audit AS told
LEFT JOIN governance_audit_chain AS link ON told.id = link.audit_id
WHERE
    (%(before)s::bigint IS NULL OR told.id < %(before)s)
    AND (%(actor)s::text IS NULL OR told.actor LIKE %(actor)s)
    AND (%(action)s::text IS NULL OR told.action LIKE %(action)s)
    AND (%(subject)s::text IS NULL OR told.subject LIKE %(subject)s)
    AND (%(since)s::timestamptz IS NULL OR told.at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR told.at < %(until)s)
ORDER BY told.id DESC
LIMIT %(most)s;
