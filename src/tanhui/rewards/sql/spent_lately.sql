SELECT rewards_spent_lately(%(citizen_id)s::bigint, %(at)s::timestamptz) AS points;
