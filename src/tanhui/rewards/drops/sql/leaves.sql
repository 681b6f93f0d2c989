SELECT
    kind,
    leaf,
    outbox_id
FROM rewards_drop_leaf
WHERE drop_id = %(drop_id)s::bigint
ORDER BY outbox_id;
