SELECT claims_open_days(%(days)s::date[], %(zone)s);
