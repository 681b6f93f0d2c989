SELECT rewards_pause_begin(
    %(citizen_id)s::bigint, %(month)s::smallint, %(months)s::smallint, %(every)s::smallint, %(at)s
);
