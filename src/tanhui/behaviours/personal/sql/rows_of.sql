SELECT behaviours_personal_rows(%(relation)s, %(key)s, %(value)s);
