-- Of these days, those that hold any deed at all: the others need no look at what was paid.
SELECT item.ordinal - 1 AS place
FROM unnest(%(day_starts)s, %(day_ends)s) WITH ORDINALITY AS item (day_start, day_end, ordinal)
WHERE EXISTS (
    SELECT 1
    FROM behaviours_behaviour AS behaviour
    WHERE behaviour.started_at >= item.day_start AND behaviour.started_at < item.day_end
);
