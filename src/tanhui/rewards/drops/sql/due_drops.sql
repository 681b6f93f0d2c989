SELECT id
FROM rewards_drop
WHERE state = 'open' AND closes_at <= %(at)s::timestamptz
ORDER BY closes_at, id;
