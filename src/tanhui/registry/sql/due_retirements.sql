-- Retirements whose time to undo is over. Another round that works on them is not waited for.
SELECT retirement.id
FROM registry_retirement AS retirement
WHERE retirement.state = 'pending' AND retirement.undo_until <= %(at)s
ORDER BY retirement.undo_until
LIMIT %(limit)s;
