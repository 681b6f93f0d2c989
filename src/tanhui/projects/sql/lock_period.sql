SELECT projects_lock_period(%(period_id)s);
