-- Issues one asset from a pool to many holders at once: the hot path of settlement.
-- The holders are distinct and sorted, each with a caller-chosen transfer id.
-- Any repeated id or missing account fails the whole statement: the caller deduplicates before.
CREATE FUNCTION ledger_issue(
    p_ids uuid [],
    p_holder_ids bigint [],
    p_amounts bigint [],
    p_credit_kind smallint,
    p_pool_holder_id bigint,
    p_pool_kind smallint,
    p_reason smallint,
    p_recorded_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_total bigint;
    v_moved bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_kind AS pool
        INNER JOIN ledger_kind AS credit ON credit.asset = pool.asset
        WHERE pool.kind = p_pool_kind AND pool.pooled
            AND credit.kind = p_credit_kind AND NOT credit.pooled
    ) THEN
        RAISE EXCEPTION 'assets_must_match' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_transfer (
        id, debit_holder_id, debit_kind, credit_holder_id, credit_kind,
        amount, reason, recorded_at
    )
    SELECT
        item.id, p_pool_holder_id, p_pool_kind, item.holder_id, p_credit_kind,
        item.amount, p_reason, p_recorded_at
    FROM unnest(p_ids, p_holder_ids, p_amounts) AS item (id, holder_id, amount);

    UPDATE ledger_account AS account
    SET credits_posted = account.credits_posted + item.amount
    FROM unnest(p_holder_ids, p_amounts) AS item (holder_id, amount)
    WHERE account.holder_id = item.holder_id AND account.kind = p_credit_kind;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    -- A missing account, or a holder named twice, would leave a transfer without its balance.
    IF v_moved <> cardinality(p_holder_ids) THEN
        RAISE EXCEPTION 'credit_account_not_found' USING ERRCODE = 'foreign_key_violation';
    END IF;

    SELECT coalesce(sum(item.amount), 0) INTO v_total
    FROM unnest(p_amounts) AS item (amount);
    INSERT INTO ledger_pool_entry (
        holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
    ) VALUES (p_pool_holder_id, p_pool_kind, 0, v_total, 0, 0, p_recorded_at);
END
$$;
REVOKE ALL ON FUNCTION ledger_issue(
    uuid [], bigint [], bigint [], smallint, bigint, smallint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION ledger_issue(
    uuid [], bigint [], bigint [], smallint, bigint, smallint, smallint, timestamptz
) TO tanhui_app;
