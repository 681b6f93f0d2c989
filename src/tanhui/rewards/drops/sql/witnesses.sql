SELECT
    vkey,
    digest,
    secret,
    signature
FROM rewards_drop_witness
WHERE drop_id = %(drop_id)s::bigint
ORDER BY place;
