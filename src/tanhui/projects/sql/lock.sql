SELECT projects_lock(%(id)s);
