SELECT identity_sealed_write(
    %(table)s, %(key)s, %(column)s, %(where)s,
    %(keys)s::text [], %(olds)s::bytea [], %(news)s::bytea []
);
