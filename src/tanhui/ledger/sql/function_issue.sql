-- Issues one asset from a pool to many holders at once: the hot path of settlement.
-- The holders are distinct, each with a caller-chosen transfer id. A repeated id, a repeated holder
-- or a missing account fails the whole statement: the caller deduplicates before.
--
-- Balances are rewritten in holder order, as everywhere, so that two batches never wait for each
-- other in a circle. A nested loop over the sorted holders keeps that order; other joins would not.
CREATE FUNCTION ledger_issue(
    p_ids uuid[],
    p_holder_ids bigint[],
    p_amounts bigint[],
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
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    v_moved bigint;
BEGIN
    IF (cardinality(p_ids) = ALL(ARRAY[cardinality(p_holder_ids), cardinality(p_amounts)]))
        IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
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
    FROM (
        SELECT
            given.holder_id,
            given.amount
        FROM unnest(p_holder_ids, p_amounts) AS given (holder_id, amount)
        ORDER BY given.holder_id
    ) AS item
    WHERE account.holder_id = item.holder_id AND account.kind = p_credit_kind;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    -- Either would leave a transfer without its balance.
    IF v_moved <> cardinality(p_holder_ids) THEN
        IF (SELECT count(DISTINCT item.id) FROM unnest(p_holder_ids) AS item (id))
            <> cardinality(p_holder_ids) THEN
            RAISE EXCEPTION 'holder_repeated_in_batch' USING ERRCODE = 'unique_violation';
        END IF;
        RAISE EXCEPTION 'credit_account_not_found' USING ERRCODE = 'foreign_key_violation';
    END IF;

    INSERT INTO ledger_pool_entry (
        holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
    )
    SELECT p_pool_holder_id, p_pool_kind, 0, sum(item.amount), 0, 0, p_recorded_at
    FROM unnest(p_amounts) AS item (amount)
    HAVING count(*) > 0;
END
$$;
REVOKE ALL ON FUNCTION ledger_issue(
    uuid[], bigint[], bigint[], smallint, bigint, smallint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION ledger_issue(
    uuid[], bigint[], bigint[], smallint, bigint, smallint, smallint, timestamptz
) TO tanhui_app;
