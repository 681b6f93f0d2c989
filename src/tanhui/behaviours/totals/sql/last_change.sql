-- The last roll that changed any day until this one.
SELECT
    roll.number,
    roll.rolled_at,
    roll.outbox_id
FROM behaviours_roll AS roll
WHERE
    roll.number = (
        SELECT max(daily.roll)
        FROM behaviours_day AS daily
        WHERE daily.day <= %(last)s
    );
