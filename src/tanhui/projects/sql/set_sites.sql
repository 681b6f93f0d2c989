SELECT projects_set_sites(%(id)s, %(sites)s);
