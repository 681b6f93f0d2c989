SELECT projects_open_period(%(project_id)s, %(first)s, %(last)s, %(at)s);
