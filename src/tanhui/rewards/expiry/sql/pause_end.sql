SELECT rewards_pause_end(%(citizen_id)s::bigint, %(month)s::smallint, %(at)s);
