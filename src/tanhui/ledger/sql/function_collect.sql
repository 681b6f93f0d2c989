-- Takes one asset from many holders into a pool at once: what `ledger_issue` is to issuing. A batch
-- of `ledger_post` costs ten times as much for each item and looks for what cannot be here: holders
-- are distinct, ids are new, and nothing is reserved. An account that has less, a repeated id, a
-- repeated holder or a missing account fails the whole statement.
--
-- No role is granted this: functions of other rooms, which decide who loses what, call it as the
-- owner of the books. Balances are rewritten in holder order, as everywhere.
CREATE FUNCTION ledger_collect(
    p_ids uuid[],
    p_holder_ids bigint[],
    p_amounts bigint[],
    p_debit_kind smallint,
    p_pool_holder_id bigint,
    p_pool_kind smallint,
    p_reason smallint,
    p_recorded_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
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
        INNER JOIN ledger_kind AS debit ON debit.asset = pool.asset
        WHERE pool.kind = p_pool_kind AND pool.pooled
            AND debit.kind = p_debit_kind AND NOT debit.pooled
    ) THEN
        RAISE EXCEPTION 'assets_must_match' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_transfer (
        id, debit_holder_id, debit_kind, credit_holder_id, credit_kind,
        amount, reason, recorded_at
    )
    SELECT
        item.id, item.holder_id, p_debit_kind, p_pool_holder_id, p_pool_kind,
        item.amount, p_reason, p_recorded_at
    FROM unnest(p_ids, p_holder_ids, p_amounts) AS item (id, holder_id, amount);

    UPDATE ledger_account AS account
    SET debits_posted = account.debits_posted + item.amount
    FROM (
        SELECT
            given.holder_id,
            given.amount
        FROM unnest(p_holder_ids, p_amounts) AS given (holder_id, amount)
        ORDER BY given.holder_id
    ) AS item
    WHERE account.holder_id = item.holder_id AND account.kind = p_debit_kind;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    -- A missing account, or a holder told twice, would leave a transfer without its balance.
    IF v_moved <> cardinality(p_holder_ids) THEN
        RAISE EXCEPTION 'debit_account_not_found' USING ERRCODE = 'foreign_key_violation';
    END IF;

    INSERT INTO ledger_pool_entry (
        holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
    )
    SELECT p_pool_holder_id, p_pool_kind, 0, 0, 0, sum(item.amount), p_recorded_at
    FROM unnest(p_amounts) AS item (amount)
    HAVING count(*) > 0;
END
$$;
REVOKE ALL ON FUNCTION ledger_collect(
    uuid[], bigint[], bigint[], smallint, bigint, smallint, smallint, timestamptz
) FROM public;
