-- What windows agreed to, and how much of it is or was on sale.
SELECT
    agreed.funding_id,
    agreed.offer_id,
    agreed.state,
    agreed.cost_fen,
    agreed.units,
    agreed.at,
    (
        SELECT coalesce(sum(batch.units - coalesce(batch.unsold_units, 0)), 0)::bigint
        FROM rewards_batch AS batch
        WHERE batch.funding_id = agreed.funding_id AND batch.offer_id = agreed.offer_id
    ) AS stocked_units
FROM rewards_agreement AS agreed
WHERE agreed.funding_id = any(%(funding_ids)s::bigint[])
ORDER BY agreed.funding_id, agreed.state, agreed.offer_id;
