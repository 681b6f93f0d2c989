SELECT cases_lock(%(case_id)s);
