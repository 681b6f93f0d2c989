SELECT publiclog_number(%(limit)s);
