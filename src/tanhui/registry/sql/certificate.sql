SELECT
    credential_sealed,
    proofs
FROM registry_certificate
WHERE retirement_id = %(retirement_id)s;
