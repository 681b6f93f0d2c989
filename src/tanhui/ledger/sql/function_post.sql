-- Posts a batch of transfers, one named result per item, in the order given.
--
-- The accounts that may run out are locked first, in id order; the second statement then sees all
-- that earlier holders of those locks have committed. Debits of one account are taken in order:
-- the first that does not fit is refused and so is every later debit of that account in the batch
-- (no overtaking). What the batch itself credits or releases is available from the next batch on.
--
-- A batch is small beside the books, so every join must walk an index. The planner is told so,
-- for the statistics of a young or a fast growing database would tell it otherwise.
CREATE FUNCTION ledger_post(
    p_ids uuid[],
    p_phases smallint[],
    p_debit_holder_ids bigint[],
    p_debit_kinds smallint[],
    p_credit_holder_ids bigint[],
    p_credit_kinds smallint[],
    p_amounts bigint[],
    p_pending_ids uuid[],
    p_expires_at timestamptz[],
    p_reasons smallint[],
    p_recorded_at timestamptz
)
RETURNS text[]
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
    -- Amounts and account totals are bounded (see below) so that no sum of a batch overflows.
    c_items_max CONSTANT integer := 8192;
    c_amount_max CONSTANT bigint := 1000000000000000;
    c_credits_max CONSTANT bigint := 1000000000000000000;
    v_results text[];
    v_accepted bigint;
    v_inserted bigint;
BEGIN
    IF (cardinality(p_ids) = ALL(ARRAY[
        cardinality(p_phases), cardinality(p_debit_holder_ids), cardinality(p_debit_kinds),
        cardinality(p_credit_holder_ids), cardinality(p_credit_kinds), cardinality(p_amounts),
        cardinality(p_pending_ids), cardinality(p_expires_at), cardinality(p_reasons)
    ])) IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(p_ids) > c_items_max THEN
        RAISE EXCEPTION 'batch_too_large' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM 1
    FROM ledger_account AS account
    INNER JOIN (
        SELECT side.holder_id, side.kind
        FROM unnest(p_debit_holder_ids, p_debit_kinds) AS side (holder_id, kind)
        UNION
        SELECT side.holder_id, side.kind
        FROM unnest(p_credit_holder_ids, p_credit_kinds) AS side (holder_id, kind)
        UNION
        SELECT held.debit_holder_id, held.debit_kind
        FROM unnest(p_pending_ids) AS item (pending_id)
        INNER JOIN ledger_transfer AS held ON held.id = item.pending_id
        UNION
        SELECT held.credit_holder_id, held.credit_kind
        FROM unnest(p_pending_ids) AS item (pending_id)
        INNER JOIN ledger_transfer AS held ON held.id = item.pending_id
    ) AS touched ON touched.holder_id = account.holder_id AND touched.kind = account.kind
    ORDER BY account.holder_id, account.kind
    FOR NO KEY UPDATE OF account;

    WITH item AS MATERIALIZED (
        SELECT
            raw.ordinal,
            raw.id,
            raw.phase,
            raw.pending_id,
            raw.expires_at,
            raw.reason,
            coalesce(held.debit_holder_id, raw.debit_holder_id) AS debit_holder_id,
            coalesce(held.debit_kind, raw.debit_kind) AS debit_kind,
            coalesce(held.credit_holder_id, raw.credit_holder_id) AS credit_holder_id,
            coalesce(held.credit_kind, raw.credit_kind) AS credit_kind,
            coalesce(held.amount, raw.amount) AS amount,
            held.id AS held_id,
            held.expires_at AS held_until,
            row_number() OVER (PARTITION BY raw.id ORDER BY raw.ordinal) AS occurrence
        FROM unnest(
            p_ids, p_phases, p_debit_holder_ids, p_debit_kinds, p_credit_holder_ids,
            p_credit_kinds, p_amounts, p_pending_ids, p_expires_at, p_reasons
        ) WITH ORDINALITY AS raw (
            id, phase, debit_holder_id, debit_kind, credit_holder_id,
            credit_kind, amount, pending_id, expires_at, reason, ordinal
        )
        LEFT JOIN ledger_transfer AS held
            ON raw.phase >= 2 AND held.id = raw.pending_id AND held.phase = 1
    ),

    examined AS MATERIALIZED (
        SELECT
            item.*,
            debit.pooled AS debit_pooled,
            debit_account.credits_posted - debit_account.debits_posted
            - debit_account.debits_pending AS available,
            CASE
                WHEN item.occurrence > 1 THEN 'id_repeated_in_batch'
                WHEN old.id IS NOT NULL THEN
                    CASE
                        WHEN old.phase <> item.phase THEN 'exists_with_different_phase'
                        WHEN old.pending_id IS DISTINCT FROM item.pending_id
                            THEN 'exists_with_different_pending_id'
                        WHEN
                            (old.debit_holder_id, old.debit_kind)
                            IS DISTINCT FROM (item.debit_holder_id, item.debit_kind)
                            THEN 'exists_with_different_debit_account'
                        WHEN
                            (old.credit_holder_id, old.credit_kind)
                            IS DISTINCT FROM (item.credit_holder_id, item.credit_kind)
                            THEN 'exists_with_different_credit_account'
                        WHEN old.amount IS DISTINCT FROM item.amount
                            THEN 'exists_with_different_amount'
                        WHEN old.expires_at IS DISTINCT FROM item.expires_at
                            THEN 'exists_with_different_expires_at'
                        WHEN old.reason IS DISTINCT FROM item.reason
                            THEN 'exists_with_different_reason'
                        ELSE 'exists'
                    END
                WHEN item.phase >= 2 THEN
                    CASE
                        WHEN item.held_id IS NULL THEN 'pending_not_found'
                        WHEN resolved.phase = 2 THEN 'pending_already_posted'
                        WHEN resolved.phase = 3 THEN 'pending_already_voided'
                        WHEN resolved.phase = 4 THEN 'pending_already_expired'
                        WHEN item.phase = 2 AND item.held_until <= p_recorded_at
                            THEN 'pending_expired'
                        WHEN item.phase = 4 AND (
                            item.held_until IS NULL OR item.held_until > p_recorded_at
                        ) THEN 'pending_not_due'
                        ELSE 'ok'
                    END
                WHEN item.amount <= 0 THEN 'amount_must_be_positive'
                WHEN item.amount > c_amount_max THEN 'amount_too_large'
                WHEN
                    item.debit_holder_id = item.credit_holder_id
                    AND item.debit_kind = item.credit_kind
                    THEN 'accounts_must_be_different'
                WHEN debit.kind IS NULL OR credit.kind IS NULL THEN 'unknown_kind'
                WHEN debit.asset <> credit.asset THEN 'assets_must_match'
                WHEN NOT debit.pooled AND debit_account.holder_id IS NULL
                    THEN 'debit_account_not_found'
                WHEN NOT credit.pooled AND credit_account.holder_id IS NULL
                    THEN 'credit_account_not_found'
                WHEN item.expires_at IS NOT NULL AND item.phase = 0 THEN 'expiry_needs_pending'
                WHEN item.expires_at <= p_recorded_at THEN 'expires_in_the_past'
                WHEN
                    NOT credit.pooled
                    AND credit_account.credits_posted + credit_account.credits_pending
                    > c_credits_max
                    THEN 'credit_account_full'
                ELSE 'ok'
            END AS verdict
        FROM item
        LEFT JOIN ledger_transfer AS old ON old.id = item.id
        LEFT JOIN ledger_transfer AS resolved ON resolved.pending_id = item.pending_id
        LEFT JOIN ledger_kind AS debit ON debit.kind = item.debit_kind
        LEFT JOIN ledger_kind AS credit ON credit.kind = item.credit_kind
        LEFT JOIN ledger_account AS debit_account
            ON
                debit_account.holder_id = item.debit_holder_id
                AND debit_account.kind = item.debit_kind
        LEFT JOIN ledger_account AS credit_account
            ON
                credit_account.holder_id = item.credit_holder_id
                AND credit_account.kind = item.credit_kind
    ),

    decided AS MATERIALIZED (
        SELECT
            examined.*,
            CASE
                WHEN examined.verdict <> 'ok' THEN examined.verdict
                WHEN examined.phase >= 2 THEN
                    CASE
                        WHEN row_number() OVER (
                            PARTITION BY examined.pending_id, examined.verdict = 'ok'
                            ORDER BY examined.ordinal
                        ) > 1 THEN 'pending_resolved_in_batch'
                        ELSE 'ok'
                    END
                WHEN examined.debit_pooled THEN 'ok'
                WHEN examined.available < sum(examined.amount) OVER (
                    PARTITION BY
                        examined.debit_holder_id, examined.debit_kind,
                        examined.verdict = 'ok' AND examined.phase <= 1
                    ORDER BY examined.ordinal
                ) THEN 'exceeds_balance'
                ELSE 'ok'
            END AS result
        FROM examined
    ),

    inserted AS (
        INSERT INTO ledger_transfer (
            id, phase, debit_holder_id, debit_kind, credit_holder_id, credit_kind,
            amount, pending_id, expires_at, reason, recorded_at
        )
        SELECT
            decided.id, decided.phase, decided.debit_holder_id, decided.debit_kind,
            decided.credit_holder_id, decided.credit_kind, decided.amount,
            decided.pending_id, decided.expires_at, decided.reason, p_recorded_at
        FROM decided
        WHERE decided.result = 'ok'
        ORDER BY decided.id
        ON CONFLICT DO NOTHING
        RETURNING 1
    ),

    delta AS MATERIALIZED (
        SELECT
            side.holder_id,
            side.kind,
            sum(side.is_debit * side.pending) AS debits_pending,
            sum(side.is_debit * side.posted) AS debits_posted,
            sum((1 - side.is_debit) * side.pending) AS credits_pending,
            sum((1 - side.is_debit) * side.posted) AS credits_posted
        FROM (
            SELECT
                leg.holder_id,
                leg.kind,
                leg.is_debit,
                CASE
                    WHEN decided.phase = 1 THEN decided.amount
                    WHEN decided.phase >= 2 THEN -decided.amount
                    ELSE 0
                END AS pending,
                CASE WHEN decided.phase IN (0, 2) THEN decided.amount ELSE 0 END AS posted
            FROM decided
            CROSS JOIN LATERAL (
                VALUES
                (decided.debit_holder_id, decided.debit_kind, 1),
                (decided.credit_holder_id, decided.credit_kind, 0)
            ) AS leg (holder_id, kind, is_debit)
            WHERE decided.result = 'ok'
        ) AS side
        GROUP BY side.holder_id, side.kind
    ),

    moved AS (
        UPDATE ledger_account AS account
        SET
            debits_pending = account.debits_pending + delta.debits_pending,
            debits_posted = account.debits_posted + delta.debits_posted,
            credits_pending = account.credits_pending + delta.credits_pending,
            credits_posted = account.credits_posted + delta.credits_posted
        FROM delta
        WHERE account.holder_id = delta.holder_id AND account.kind = delta.kind
    ),

    pooled AS (
        INSERT INTO ledger_pool_entry (
            holder_id, kind, debits_pending, debits_posted,
            credits_pending, credits_posted, recorded_at
        )
        SELECT
            delta.holder_id, delta.kind, delta.debits_pending, delta.debits_posted,
            delta.credits_pending, delta.credits_posted, p_recorded_at
        FROM delta
        INNER JOIN ledger_kind AS kind ON kind.kind = delta.kind AND kind.pooled
    )

    SELECT
        coalesce(array_agg(decided.result ORDER BY decided.ordinal), '{}'),
        count(*) FILTER (WHERE decided.result = 'ok'),
        (SELECT count(*) FROM inserted)
    INTO v_results, v_accepted, v_inserted
    FROM decided;

    -- Someone else has just written one of these ids, or resolved the same pending transfer,
    -- between two pools: nothing was kept, and the caller tries the batch again.
    IF v_inserted <> v_accepted THEN
        RAISE EXCEPTION 'race_lost' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN v_results;
END
$$;
REVOKE ALL ON FUNCTION ledger_post(
    uuid[], smallint[], bigint[], smallint[], bigint[], smallint[],
    bigint[], uuid[], timestamptz[], smallint[], timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION ledger_post(
    uuid[], smallint[], bigint[], smallint[], bigint[], smallint[],
    bigint[], uuid[], timestamptz[], smallint[], timestamptz
) TO tanhui_app;
