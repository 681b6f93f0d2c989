-- Whether days were stated since this day of the city began.
SELECT exists(
    SELECT 1
    FROM behaviours_statement AS statement
    WHERE statement.stated_at >= %(today)s::timestamp AT TIME ZONE %(zone)s
);
