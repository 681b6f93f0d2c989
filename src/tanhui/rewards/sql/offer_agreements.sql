-- What sponsors said of paying for an offer, the last word of each window.
SELECT DISTINCT ON (funding_id)
    funding_id,
    state,
    cost_fen,
    units,
    words,
    at
FROM rewards_funding_offer
WHERE offer_id = %(offer_id)s
ORDER BY funding_id ASC, number DESC;
