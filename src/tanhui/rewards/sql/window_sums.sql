-- Per window: what is free of its budget, what is on sale, and what was taken of it.
SELECT
    funding.id,
    coalesce((
        SELECT account.credits_posted - account.debits_posted - account.debits_pending
        FROM ledger_account AS account
        WHERE account.holder_id = funding.id AND account.kind = 4
    ), 0)::bigint AS free_fen,
    coalesce((
        SELECT sum(stock.left_units * batch.cost_fen)
        FROM rewards_batch AS batch
        INNER JOIN rewards_stock AS stock ON batch.id = stock.batch_id
        WHERE batch.funding_id = funding.id AND batch.ended_at IS NULL
    ), 0)::bigint AS on_sale_fen,
    coalesce((
        SELECT sum(one.cost_fen)
        FROM rewards_batch AS batch
        INNER JOIN rewards_redemption AS one ON batch.id = one.batch_id
        WHERE
            batch.funding_id = funding.id
            AND one.state IN ('reserved', 'confirmed', 'delivered')
    ), 0)::bigint AS taken_fen,
    coalesce((
        SELECT sum(one.cost_fen)
        FROM rewards_batch AS batch
        INNER JOIN rewards_redemption AS one ON batch.id = one.batch_id
        WHERE
            batch.funding_id = funding.id AND one.at >= %(week)s
            AND one.state IN ('reserved', 'confirmed', 'delivered')
    ), 0)::bigint AS week_fen
FROM rewards_funding AS funding
WHERE funding.id = any(%(funding_ids)s::bigint[]);
