-- A head that went into the public log.
INSERT INTO governance_audit_published (place, audit_id, hash, leaf, at)
VALUES (%(place)s, %(audit_id)s, %(hash)s, %(leaf)s, %(at)s);
