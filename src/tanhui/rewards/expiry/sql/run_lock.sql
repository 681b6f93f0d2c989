SELECT
    step,
    month,
    after_id,
    people,
    points,
    begun_at,
    ended_at
FROM rewards_month_run
WHERE step = %(step)s AND month = %(month)s
FOR UPDATE;
