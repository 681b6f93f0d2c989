SELECT expiry.pending_id
FROM ledger_expiry AS expiry
WHERE expiry.expires_at <= %(at)s
ORDER BY expiry.expires_at, expiry.pending_id
LIMIT (%(rows_max)s);
