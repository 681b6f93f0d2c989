-- Windows with their money: promised, free, on sale, delivered and not sent back, and of that paid.
-- What is closed is read as it was closed; since then the books are counted (`starts_at`).
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

settled AS (
    SELECT
        line.funding_id,
        sum(line.owed_fen - line.returned_fen)::bigint AS fen,
        sum(line.owed_fen - line.returned_fen) FILTER (
            WHERE EXISTS (
                SELECT 1
                FROM rewards_settlement_act AS act
                WHERE act.settlement_id = line.settlement_id AND act.transfer_id IS NOT NULL
            )
        )::bigint AS paid_fen
    FROM rewards_settlement_line AS line
    WHERE line.funding_id IN (SELECT id FROM chosen)
    GROUP BY line.funding_id
),

running AS (
    SELECT
        funding_id,
        sum(owed_fen - returned_fen)::bigint AS fen
    FROM rewards_statement_lines(%(starts_at)s::timestamptz, 'infinity')
    WHERE funding_id IN (SELECT id FROM chosen)
    GROUP BY funding_id
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
    coalesce(settled.fen, 0) + coalesce(running.fen, 0) AS delivered_fen,
    coalesce(settled.paid_fen, 0) AS paid_fen
FROM chosen
LEFT JOIN ledger_account AS book ON chosen.id = book.holder_id AND book.kind = 4
LEFT JOIN promised ON chosen.id = promised.funding_id
LEFT JOIN shelved ON chosen.id = shelved.funding_id
LEFT JOIN settled ON chosen.id = settled.funding_id
LEFT JOIN running ON chosen.id = running.funding_id
ORDER BY chosen.ended_at IS NOT NULL, chosen.until, chosen.id;
