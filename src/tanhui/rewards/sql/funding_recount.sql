-- Everything that is told of money, beside what the books say of it. Each row is a difference.
WITH moved AS MATERIALIZED (
    SELECT
        debit_kind,
        debit_holder_id,
        credit_kind,
        credit_holder_id,
        date_trunc('month', recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS month_of,
        sum(amount)::bigint AS fen
    FROM ledger_transfer
    WHERE
        phase IN (0, 2)
        AND (debit_kind IN (4, 110, 111, 112) OR credit_kind IN (4, 111, 112, 113))
    GROUP BY 1, 2, 3, 4, 5
),

line AS MATERIALIZED (
    SELECT *
    FROM rewards_statement_lines('-infinity', 'infinity')
),

statement AS (
    SELECT
        funding_id,
        merchant_id,
        month,
        sum(owed_fen)::bigint AS owed_fen,
        sum(returned_fen)::bigint AS returned_fen
    FROM line
    GROUP BY 1, 2, 3
),

owed AS (
    SELECT
        month_of,
        CASE WHEN credit_kind = 112 THEN debit_holder_id ELSE credit_holder_id END AS funding_id,
        CASE WHEN credit_kind = 112 THEN credit_holder_id ELSE debit_holder_id END AS merchant_id,
        sum(CASE WHEN credit_kind = 112 THEN fen ELSE 0 END)::bigint AS owed_fen,
        sum(CASE WHEN credit_kind = 111 THEN fen ELSE 0 END)::bigint AS returned_fen
    FROM moved
    WHERE debit_kind IN (111, 112) AND credit_kind IN (111, 112)
    GROUP BY 1, 2, 3
),

-- Statements and the books, by window, merchant and month.
stated AS (
    SELECT
        'statement' AS what,
        coalesce(statement.funding_id, owed.funding_id) AS number,
        coalesce(statement.owed_fen, 0) - coalesce(statement.returned_fen, 0) AS told,
        coalesce(owed.owed_fen, 0) - coalesce(owed.returned_fen, 0) AS booked,
        coalesce(statement.owed_fen, 0) = coalesce(owed.owed_fen, 0)
        AND coalesce(statement.returned_fen, 0) = coalesce(owed.returned_fen, 0) AS same
    FROM statement
    FULL OUTER JOIN owed
        ON
            statement.funding_id = owed.funding_id AND statement.merchant_id = owed.merchant_id
            AND statement.month = owed.month_of
),

-- Closed months: the lines that were kept, and what the same months come to now.
kept AS (
    SELECT
        settlement.month,
        line_kept.funding_id,
        line_kept.offer_id,
        settlement.merchant_id,
        line_kept.units,
        line_kept.points,
        line_kept.owed_fen,
        line_kept.returned_units,
        line_kept.returned_points,
        line_kept.returned_fen
    FROM rewards_settlement AS settlement
    INNER JOIN rewards_settlement_line AS line_kept ON settlement.id = line_kept.settlement_id
),

now_is AS (
    SELECT line.*
    FROM line
    INNER JOIN rewards_settlement_month AS over_month ON line.month = over_month.month
),

closed AS (
    SELECT
        'settlement_line' AS what,
        coalesce(kept.funding_id, now_is.funding_id) AS number,
        coalesce(kept.owed_fen - kept.returned_fen, 0) AS told,
        coalesce(now_is.owed_fen - now_is.returned_fen, 0) AS booked,
        coalesce(
            (
                kept.units, kept.points, kept.owed_fen, kept.returned_units,
                kept.returned_points, kept.returned_fen
            ) = (
                now_is.units, now_is.points, now_is.owed_fen, now_is.returned_units,
                now_is.returned_points, now_is.returned_fen
            ), FALSE
        ) AS same
    FROM kept
    FULL OUTER JOIN now_is
        ON
            kept.month = now_is.month AND kept.funding_id = now_is.funding_id
            AND kept.offer_id = now_is.offer_id AND kept.merchant_id = now_is.merchant_id
),

-- A settlement and its own lines.
summed AS (
    SELECT
        'settlement' AS what,
        settlement.id AS number,
        min(settlement.owed_fen - settlement.returned_fen) AS told,
        coalesce(sum(line_kept.owed_fen - line_kept.returned_fen), 0)::bigint AS booked,
        min(settlement.owed_fen) = coalesce(sum(line_kept.owed_fen), 0)
        AND min(settlement.returned_fen) = coalesce(sum(line_kept.returned_fen), 0) AS same
    FROM rewards_settlement AS settlement
    LEFT JOIN rewards_settlement_line AS line_kept ON settlement.id = line_kept.settlement_id
    GROUP BY 2
),

-- What was said to be received, and what the books hold as paid.
received AS (
    SELECT
        settlement.merchant_id::bigint AS merchant_id,
        sum(settlement.due_fen)::bigint AS fen
    FROM rewards_settlement AS settlement
    INNER JOIN rewards_settlement_act AS act ON settlement.id = act.settlement_id
    WHERE act.transfer_id IS NOT NULL
    GROUP BY 1
),

paid_out AS (
    SELECT
        credit_holder_id AS merchant_id,
        sum(fen)::bigint AS fen
    FROM moved
    WHERE debit_kind = 112 AND credit_kind = 113
    GROUP BY 1
),

paid AS (
    SELECT
        'paid' AS what,
        coalesce(received.merchant_id, paid_out.merchant_id) AS number,
        coalesce(received.fen, 0) AS told,
        coalesce(paid_out.fen, 0) AS booked,
        coalesce(received.fen, 0) = coalesce(paid_out.fen, 0) AS same
    FROM received
    FULL OUTER JOIN paid_out ON received.merchant_id = paid_out.merchant_id
),

-- What sponsors promised and took back.
changed AS (
    SELECT
        funding_id,
        sum(fen)::bigint AS fen
    FROM rewards_funding_change
    GROUP BY 1
),

budgeted AS (
    SELECT
        CASE WHEN credit_kind = 4 THEN credit_holder_id ELSE debit_holder_id END AS funding_id,
        sum(CASE WHEN credit_kind = 4 THEN fen ELSE -fen END)::bigint AS fen
    FROM moved
    WHERE 110 IN (debit_kind, credit_kind)
    GROUP BY 1
),

promised AS (
    SELECT
        'budget' AS what,
        coalesce(changed.funding_id, budgeted.funding_id) AS number,
        coalesce(changed.fen, 0) AS told,
        coalesce(budgeted.fen, 0) AS booked,
        coalesce(changed.fen, 0) = coalesce(budgeted.fen, 0) AS same
    FROM changed
    FULL OUTER JOIN budgeted ON changed.funding_id = budgeted.funding_id
)

SELECT
    what,
    number,
    told,
    booked
FROM (
    SELECT * FROM stated
    UNION ALL
    SELECT * FROM closed
    UNION ALL
    SELECT * FROM summed
    UNION ALL
    SELECT * FROM paid
    UNION ALL
    SELECT * FROM promised
) AS found
WHERE NOT same
ORDER BY 1, 2;
