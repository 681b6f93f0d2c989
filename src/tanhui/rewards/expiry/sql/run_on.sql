UPDATE rewards_month_run SET
    after_id = %(after_id)s,
    people = people + %(people)s,
    points = points + %(points)s,
    ended_at = %(ended_at)s
WHERE step = %(step)s AND month = %(month)s;
