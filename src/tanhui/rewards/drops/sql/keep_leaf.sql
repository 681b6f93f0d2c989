SELECT rewards_keep_leaf(
    %(drop_id)s::bigint, %(kind)s::text, %(leaf)s::bytea, %(outbox_id)s::bigint
);
