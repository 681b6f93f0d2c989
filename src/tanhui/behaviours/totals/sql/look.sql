SELECT behaviours_look(%(at)s);
