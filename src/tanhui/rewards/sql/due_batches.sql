SELECT id
FROM rewards_batch
WHERE ended_at IS NULL AND until <= %(at)s
ORDER BY id;
