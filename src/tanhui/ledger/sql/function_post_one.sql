-- Posts one transfer, at once or reserved without an end, for an act of its own such as a sale of
-- credits. The rules are those of `ledger_post`, whose batches cost ten times as much for one; a
-- test holds the two against each other. An id that is known is refused, not compared.
CREATE FUNCTION ledger_post_one(
    p_id uuid, p_phase smallint, p_debit_holder_id bigint, p_debit_kind smallint,
    p_credit_holder_id bigint, p_credit_kind smallint, p_amount bigint, p_reason smallint,
    p_recorded_at timestamptz
)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    c_amount_max CONSTANT bigint := 1000000000000000;
    c_credits_max CONSTANT bigint := 1000000000000000000;
    v_debit ledger_kind%ROWTYPE;
    v_credit ledger_kind%ROWTYPE;
    v_account ledger_account%ROWTYPE;
    v_found integer := 0;
    v_pending bigint := CASE WHEN p_phase = 1 THEN p_amount ELSE 0 END;
    v_posted bigint := CASE WHEN p_phase = 0 THEN p_amount ELSE 0 END;
BEGIN
    IF p_phase NOT IN (0, 1) THEN
        RAISE EXCEPTION 'phase_must_begin' USING ERRCODE = 'invalid_parameter_value';
    ELSIF (p_amount > 0) IS NOT TRUE THEN
        RETURN 'amount_must_be_positive';
    ELSIF p_amount > c_amount_max THEN
        RETURN 'amount_too_large';
    ELSIF p_debit_holder_id = p_credit_holder_id AND p_debit_kind = p_credit_kind THEN
        RETURN 'accounts_must_be_different';
    END IF;
    SELECT * INTO v_debit FROM ledger_kind WHERE kind = p_debit_kind;
    SELECT * INTO v_credit FROM ledger_kind WHERE kind = p_credit_kind;
    IF v_debit.kind IS NULL OR v_credit.kind IS NULL THEN
        RETURN 'unknown_kind';
    ELSIF v_debit.asset <> v_credit.asset THEN
        RETURN 'assets_must_match';
    ELSIF p_debit_kind = 1 AND p_credit_kind = 1 THEN
        RETURN 'points_stay_with_their_person';
    END IF;
    FOR v_account IN
        SELECT book.*
        FROM (
            VALUES (p_debit_holder_id, p_debit_kind), (p_credit_holder_id, p_credit_kind)
        ) AS side (holder_id, kind)
        INNER JOIN ledger_account AS book
            ON side.holder_id = book.holder_id AND side.kind = book.kind
        ORDER BY book.holder_id, book.kind
        FOR NO KEY UPDATE OF book
    LOOP
        IF v_account.holder_id = p_debit_holder_id AND v_account.kind = p_debit_kind THEN
            v_found := v_found + 1;
            IF v_account.credits_posted - v_account.debits_posted - v_account.debits_pending
                < p_amount
            THEN
                RETURN 'exceeds_balance';
            END IF;
        ELSE
            v_found := v_found + 2;
            IF v_account.credits_posted + v_account.credits_pending > c_credits_max THEN
                RETURN 'credit_account_full';
            END IF;
        END IF;
    END LOOP;
    IF NOT v_debit.pooled AND v_found NOT IN (1, 3) THEN
        RETURN 'debit_account_not_found';
    ELSIF NOT v_credit.pooled AND v_found NOT IN (2, 3) THEN
        RETURN 'credit_account_not_found';
    END IF;
    INSERT INTO ledger_transfer (
        id, phase, debit_holder_id, debit_kind, credit_holder_id, credit_kind, amount, reason,
        recorded_at
    ) VALUES (
        p_id, p_phase, p_debit_holder_id, p_debit_kind, p_credit_holder_id, p_credit_kind,
        p_amount, p_reason, p_recorded_at
    );
    IF v_debit.pooled THEN
        INSERT INTO ledger_pool_entry (
            holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted,
            recorded_at
        ) VALUES (p_debit_holder_id, p_debit_kind, v_pending, v_posted, 0, 0, p_recorded_at);
    ELSE
        UPDATE ledger_account SET
            debits_pending = debits_pending + v_pending,
            debits_posted = debits_posted + v_posted
        WHERE holder_id = p_debit_holder_id AND kind = p_debit_kind;
    END IF;
    IF v_credit.pooled THEN
        INSERT INTO ledger_pool_entry (
            holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted,
            recorded_at
        ) VALUES (p_credit_holder_id, p_credit_kind, 0, 0, v_pending, v_posted, p_recorded_at);
    ELSE
        UPDATE ledger_account SET
            credits_pending = credits_pending + v_pending,
            credits_posted = credits_posted + v_posted
        WHERE holder_id = p_credit_holder_id AND kind = p_credit_kind;
    END IF;
    RETURN 'ok';
END
$$;
REVOKE ALL ON FUNCTION ledger_post_one(
    uuid, smallint, bigint, smallint, bigint, smallint, bigint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION ledger_post_one(
    uuid, smallint, bigint, smallint, bigint, smallint, bigint, smallint, timestamptz
) TO tanhui_app;
