-- Which of these hashes the merchant has brought before, for whatever offer.
SELECT code_hash
FROM rewards_code
WHERE merchant_id = %(merchant_id)s AND code_hash = any(%(digests)s::bytea[]);
