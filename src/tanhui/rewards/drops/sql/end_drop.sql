SELECT rewards_end_drop(%(drop_id)s::bigint, %(at)s::timestamptz);
