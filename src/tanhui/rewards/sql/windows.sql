-- Windows with their money: promised, free, on sale, set aside for vouchers that are not used, and
-- paid. What is neither was delivered and is owed; `prove` holds that against every step.
WITH chosen AS (
    SELECT *
    FROM rewards_funding
    WHERE
        (%(sponsor_id)s::integer IS NULL OR sponsor_id = %(sponsor_id)s)
        AND (%(funding_id)s::bigint IS NULL OR id = %(funding_id)s)
        AND (%(open_at)s::timestamptz IS NULL OR (ended_at IS NULL AND until > %(open_at)s))
),

promised AS (
    SELECT
        funding_id,
        sum(fen)::bigint AS fen
    FROM rewards_funding_change
    WHERE funding_id IN (SELECT id FROM chosen)
    GROUP BY funding_id
),

shelved AS (
    SELECT
        batch.funding_id,
        sum(stock.left_units)::bigint AS units,
        sum(stock.left_units * batch.cost_fen)::bigint AS fen
    FROM rewards_batch AS batch
    INNER JOIN rewards_stock AS stock ON batch.id = stock.batch_id
    WHERE batch.ended_at IS NULL AND batch.funding_id IN (SELECT id FROM chosen)
    GROUP BY batch.funding_id
),

paid AS (
    SELECT
        line.funding_id,
        sum(line.owed_fen - line.returned_fen)::bigint AS fen
    FROM rewards_settlement_line AS line
    INNER JOIN rewards_settlement_act AS act ON line.settlement_id = act.settlement_id
    WHERE act.transfer_id IS NOT NULL AND line.funding_id IN (SELECT id FROM chosen)
    GROUP BY line.funding_id
),

-- Each state apart, so that each goes by its own small index.
waiting AS (
    SELECT
        batch_id,
        cost_fen
    FROM rewards_redemption
    WHERE state = 'reserved'
    UNION ALL
    SELECT
        batch_id,
        cost_fen
    FROM rewards_redemption
    WHERE state = 'confirmed'
),

aside AS (
    SELECT
        batch.funding_id,
        sum(waiting.cost_fen)::bigint AS fen
    FROM waiting
    INNER JOIN rewards_batch AS batch ON waiting.batch_id = batch.id
    WHERE batch.funding_id IN (SELECT id FROM chosen)
    GROUP BY batch.funding_id
)

SELECT
    chosen.id,
    chosen.sponsor_id,
    chosen.title_zh,
    chosen.title_en,
    chosen.opens_at,
    chosen.until,
    chosen.opened_at,
    chosen.ended_at,
    coalesce(promised.fen, 0) AS promised_fen,
    coalesce(book.credits_posted - book.debits_posted - book.debits_pending, 0) AS free_fen,
    coalesce(shelved.units, 0) AS on_sale_units,
    coalesce(shelved.fen, 0) AS on_sale_fen,
    coalesce(aside.fen, 0) AS set_aside_fen,
    coalesce(paid.fen, 0) AS paid_fen
FROM chosen
LEFT JOIN ledger_account AS book ON chosen.id = book.holder_id AND book.kind = 4
LEFT JOIN promised ON chosen.id = promised.funding_id
LEFT JOIN shelved ON chosen.id = shelved.funding_id
LEFT JOIN aside ON chosen.id = aside.funding_id
LEFT JOIN paid ON chosen.id = paid.funding_id
ORDER BY chosen.ended_at IS NOT NULL, chosen.until, chosen.id;
