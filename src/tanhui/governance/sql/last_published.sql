-- The last head that went into the public log.
SELECT
    place,
    audit_id,
    hash,
    leaf,
    at
FROM governance_audit_published
ORDER BY place DESC
LIMIT 1;
