SELECT rewards_count_drop(
    %(drop_id)s::bigint, %(entries)s::integer, %(tickets)s::bigint, %(digest)s::bytea
);
