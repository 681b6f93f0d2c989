SELECT held.id
FROM ledger_transfer AS held
LEFT JOIN ledger_transfer AS resolution ON resolution.pending_id = held.id
WHERE held.expires_at <= %(at)s AND held.phase = 1 AND resolution.id IS NULL
ORDER BY held.expires_at, held.id
LIMIT %(limit)s;
