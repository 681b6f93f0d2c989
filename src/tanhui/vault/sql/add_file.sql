INSERT INTO vault_file (id, purpose, owner_id, roles, organisations, at)
VALUES (
    %(id)s, %(purpose)s, %(owner_id)s, %(roles)s::text[], %(organisations)s::bigint[], %(at)s
);
