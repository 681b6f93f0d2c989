-- Every account and pool recomputed from the transfers alone, beside what the books hold.
-- Answers, for each asset: transfers, accounts compared, accounts that differ, total (must be 0).
WITH leg AS (
    SELECT
        side.holder_id,
        side.kind,
        side.is_debit,
        transfer.amount,
        transfer.phase
    FROM ledger_transfer AS transfer
    CROSS JOIN LATERAL (
        VALUES
        (transfer.debit_holder_id, transfer.debit_kind, true),
        (transfer.credit_holder_id, transfer.credit_kind, false)
    ) AS side (holder_id, kind, is_debit)
),

history AS (
    SELECT
        leg.holder_id,
        leg.kind,
        coalesce(sum(leg.amount) FILTER (WHERE leg.is_debit AND leg.phase IN (0, 2)), 0)
            AS debits_posted,
        coalesce(sum(leg.amount) FILTER (WHERE NOT leg.is_debit AND leg.phase IN (0, 2)), 0)
            AS credits_posted,
        coalesce(sum(
            CASE leg.phase WHEN 0 THEN 0 WHEN 1 THEN leg.amount ELSE -leg.amount END
        ) FILTER (WHERE leg.is_debit), 0) AS debits_pending,
        coalesce(sum(
            CASE leg.phase WHEN 0 THEN 0 WHEN 1 THEN leg.amount ELSE -leg.amount END
        ) FILTER (WHERE NOT leg.is_debit), 0) AS credits_pending
    FROM leg
    GROUP BY leg.holder_id, leg.kind
),

held AS (
    SELECT
        account.holder_id,
        account.kind,
        account.debits_posted,
        account.credits_posted,
        account.debits_pending,
        account.credits_pending
    FROM ledger_account AS account
    UNION ALL
    SELECT
        entry.holder_id,
        entry.kind,
        sum(entry.debits_posted),
        sum(entry.credits_posted),
        sum(entry.debits_pending),
        sum(entry.credits_pending)
    FROM ledger_pool_entry AS entry
    GROUP BY entry.holder_id, entry.kind
),

compared AS (
    SELECT
        coalesce(held.kind, history.kind) AS kind,
        coalesce(held.credits_posted, 0) - coalesce(held.debits_posted, 0) AS balance,
        coalesce(held.debits_posted, 0) <> coalesce(history.debits_posted, 0)
        OR coalesce(held.credits_posted, 0) <> coalesce(history.credits_posted, 0)
        OR coalesce(held.debits_pending, 0) <> coalesce(history.debits_pending, 0)
        OR coalesce(held.credits_pending, 0) <> coalesce(history.credits_pending, 0) AS differs
    FROM held
    FULL JOIN history ON history.holder_id = held.holder_id AND history.kind = held.kind
),

counted AS (
    SELECT
        kind.asset,
        count(*) AS transfers
    FROM ledger_transfer AS transfer
    INNER JOIN ledger_kind AS kind ON kind.kind = transfer.debit_kind
    GROUP BY kind.asset
)

-- A kind that the chart does not know can only be damage, and must not pass unseen.
SELECT
    coalesce(kind.asset, 'UNKNOWN') AS asset,
    coalesce(max(counted.transfers), 0) AS transfers,
    count(compared.kind) AS accounts,
    count(*) FILTER (WHERE compared.differs OR kind.kind IS NULL) AS differing,
    coalesce(sum(compared.balance), 0) AS total
FROM ledger_kind AS kind
FULL JOIN compared ON compared.kind = kind.kind
LEFT JOIN counted ON counted.asset = kind.asset
GROUP BY kind.asset
ORDER BY kind.asset;
