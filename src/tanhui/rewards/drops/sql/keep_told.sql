SELECT rewards_keep_told(
    %(drop_id)s::bigint, %(vkey)s::text, %(secret)s::bytea, %(signature)s::bytea,
    %(at)s::timestamptz
);
