SELECT holder_id
FROM ledger_account
WHERE holder_id > %(after_id)s AND kind = 1
ORDER BY holder_id
LIMIT %(limit)s;
