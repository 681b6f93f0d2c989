SELECT
    scheme.id,
    scheme.name,
    scheme.key_sealed,
    scheme.registered_at
FROM claims_scheme AS scheme
ORDER BY scheme.id;
