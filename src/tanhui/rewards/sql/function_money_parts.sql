-- Steps by which redemptions move the books; only the functions of redemption call them.

-- One transfer that cannot fail unless the books were wrong.
CREATE FUNCTION rewards_post(
    p_id uuid, p_debit_holder_id bigint, p_debit_kind smallint, p_credit_holder_id bigint,
    p_credit_kind smallint, p_amount bigint, p_reason smallint, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_result text := ledger_post_one(
        p_id, 0::smallint, p_debit_holder_id, p_debit_kind, p_credit_holder_id, p_credit_kind,
        p_amount, p_reason, p_at
    );
BEGIN
    IF v_result <> 'ok' THEN
        RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rewards_post(
    uuid, bigint, smallint, bigint, smallint, bigint, smallint, timestamptz
) FROM public;

-- Ends both reservations of a redemption, the points' and the money's, in one batch.
CREATE FUNCTION rewards_resolve(
    p_old rewards_redemption, p_phase smallint, p_ids uuid[], p_reason smallint, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_pending uuid[] := array_remove(
        ARRAY[p_old.points_transfer_id, p_old.fen_transfer_id], NULL
    );
    v_count integer := cardinality(v_pending);
    v_result text;
BEGIN
    FOREACH v_result IN ARRAY ledger_post(
        p_ids[1:v_count], array_fill(p_phase, ARRAY[v_count]),
        array_fill(0::bigint, ARRAY[v_count]), array_fill(0::smallint, ARRAY[v_count]),
        array_fill(0::bigint, ARRAY[v_count]), array_fill(0::smallint, ARRAY[v_count]),
        array_fill(0::bigint, ARRAY[v_count]), v_pending,
        array_fill(NULL::timestamptz, ARRAY[v_count]), array_fill(p_reason, ARRAY[v_count]), p_at
    ) LOOP
        IF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION rewards_resolve(
    rewards_redemption, smallint, uuid[], smallint, timestamptz
) FROM public;

-- Puts what came back on sale again; where the batch has ended, its money goes back to the budget.
-- What was delivered is gone and does not come back into stock.
CREATE FUNCTION rewards_give_back(
    p_old rewards_redemption, p_batch rewards_batch, p_id uuid, p_reason smallint,
    p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_ended timestamptz;
BEGIN
    PERFORM 1 FROM rewards_stock WHERE batch_id = p_batch.id AND part = 0 FOR UPDATE;
    SELECT ended_at INTO v_ended FROM rewards_batch WHERE id = p_batch.id;
    IF p_old.state <> 'delivered' AND v_ended IS NULL THEN
        UPDATE rewards_stock SET left_units = left_units + p_old.units
        WHERE batch_id = p_batch.id AND part = 0;
    ELSE
        IF p_old.state <> 'delivered' THEN
            UPDATE rewards_batch SET unsold_units = unsold_units + p_old.units
            WHERE id = p_batch.id;
        END IF;
        IF p_old.cost_fen > 0 THEN
            PERFORM rewards_post(
                p_id, p_batch.funding_id, 111::smallint, p_batch.funding_id, 4::smallint,
                p_old.cost_fen, p_reason, p_at
            );
        END IF;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rewards_give_back(
    rewards_redemption, rewards_batch, uuid, smallint, timestamptz
) FROM public;
