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
        (transfer.debit_holder_id, transfer.debit_kind, TRUE),
        (transfer.credit_holder_id, transfer.credit_kind, FALSE)
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
        book.holder_id,
        book.kind,
        book.debits_posted,
        book.credits_posted,
        book.debits_pending,
        book.credits_pending
    FROM ledger_account AS book
    UNION ALL
    SELECT
        entry.holder_id,
        entry.kind,
        sum(entry.debits_posted) AS debits_posted,
        sum(entry.credits_posted) AS credits_posted,
        sum(entry.debits_pending) AS debits_pending,
        sum(entry.credits_pending) AS credits_pending
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
    FULL JOIN history ON held.holder_id = history.holder_id AND held.kind = history.kind
),

counted AS (
    SELECT
        kind.asset,
        count(*) AS transfers
    FROM ledger_transfer AS moved
    INNER JOIN ledger_kind AS kind ON moved.debit_kind = kind.kind
    GROUP BY kind.asset
),

-- An end of a reservation without its row in the table that lets a reservation end only once, and
-- a reservation that would end by itself but is not on the list of those.
loose AS (
    SELECT
        kind.asset,
        count(*) AS ends
    FROM ledger_transfer AS moved
    INNER JOIN ledger_kind AS kind ON moved.debit_kind = kind.kind
    LEFT JOIN ledger_resolution AS own
        ON moved.id = own.resolution_id AND moved.pending_id = own.pending_id
    LEFT JOIN ledger_resolution AS later ON moved.id = later.pending_id
    LEFT JOIN ledger_expiry AS expiry
        ON moved.id = expiry.pending_id AND moved.expires_at = expiry.expires_at
    WHERE
        (moved.phase >= 2 AND own.resolution_id IS NULL)
        OR (
            moved.expires_at IS NOT NULL
            AND (later.pending_id IS NULL) <> (expiry.pending_id IS NOT NULL)
        )
    GROUP BY kind.asset
)

-- A kind that the chart does not know can only be damage, and must not pass unseen.
SELECT
    coalesce(kind.asset, 'UNKNOWN') AS asset,
    coalesce(max(counted.transfers), 0) AS transfers,
    count(compared.kind) AS accounts_compared,
    count(*) FILTER (WHERE compared.differs OR kind.kind IS NULL)
    + coalesce(max(loose.ends), 0) AS differing,
    coalesce(sum(compared.balance), 0) AS total
FROM ledger_kind AS kind
FULL JOIN compared ON kind.kind = compared.kind
LEFT JOIN counted ON kind.asset = counted.asset
LEFT JOIN loose ON kind.asset = loose.asset
GROUP BY kind.asset
ORDER BY kind.asset;
