-- Questions that wait for the sponsor's answer, the oldest first.
SELECT
    funding_id,
    offer_id,
    cost_fen,
    units,
    words,
    at
FROM (
    SELECT DISTINCT ON (funding_id, offer_id) *
    FROM rewards_funding_offer
    WHERE funding_id = any(%(funding_ids)s::bigint[])
    ORDER BY funding_id ASC, offer_id ASC, number DESC
) AS newest
WHERE state = 'asked'
ORDER BY at, offer_id;
