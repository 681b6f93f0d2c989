SELECT
    proof.address_sealed,
    proof.until
FROM notices_proof AS proof
WHERE
    proof.person_id = %(person_id)s
    AND proof.used_at IS NULL
    AND proof.until > %(at)s
ORDER BY proof.id DESC
LIMIT 1;
