SELECT held.id
FROM ledger_transfer AS held
WHERE
    held.phase = 1 AND held.expires_at <= %(at)s
    AND NOT EXISTS (
        SELECT FROM ledger_transfer AS resolution
        WHERE resolution.pending_id = held.id
    )
ORDER BY held.expires_at, held.id
LIMIT (%(rows_max)s);
