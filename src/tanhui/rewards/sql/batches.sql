SELECT
    batch.id,
    batch.offer_id,
    batch.funding_id,
    batch.units,
    batch.cost_fen,
    batch.opens_at,
    batch.until,
    batch.stocked_at,
    batch.ended_at,
    batch.unsold_units,
    funding.sponsor_id,
    (
        SELECT coalesce(sum(stock.left_units), 0)::bigint
        FROM rewards_stock AS stock
        WHERE stock.batch_id = batch.id
    ) AS left_units
FROM rewards_batch AS batch
INNER JOIN rewards_funding AS funding ON batch.funding_id = funding.id
WHERE
    (%(offer_ids)s::bigint[] IS NULL OR batch.offer_id = any(%(offer_ids)s))
    AND (%(funding_id)s::bigint IS NULL OR batch.funding_id = %(funding_id)s)
ORDER BY batch.opens_at, batch.id;
