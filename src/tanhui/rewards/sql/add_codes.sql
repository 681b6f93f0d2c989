-- Adds codes; those that somebody else brought meanwhile are left out of the answer.
INSERT INTO rewards_code (merchant_id, offer_id, code_hash, code_sealed, imported_at)
SELECT
    %(merchant_id)s::integer,
    %(offer_id)s::bigint,
    given.digest,
    given.sealed,
    %(at)s::timestamptz
FROM (
    SELECT
        unnest(%(digests)s::bytea[]) AS digest,
        unnest(%(seals)s::bytea[]) AS sealed
) AS given
ON CONFLICT ON CONSTRAINT rewards_code_once DO NOTHING
RETURNING code_hash;
