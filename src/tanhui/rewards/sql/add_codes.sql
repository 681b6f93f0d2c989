-- Adds codes; those that somebody else brought meanwhile are left out of the answer.
INSERT INTO rewards_code (merchant_id, offer_id, code_hash, code_sealed, imported_at)
SELECT %(merchant_id)s::integer, %(offer_id)s::bigint, told.code_hash, told.code_sealed, %(at)s
FROM unnest(%(hashes)s::bytea[], %(sealed)s::bytea[]) AS told (code_hash, code_sealed)
ON CONFLICT ON CONSTRAINT rewards_code_once DO NOTHING
RETURNING code_hash;
