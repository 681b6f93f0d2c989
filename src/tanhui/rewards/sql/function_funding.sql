-- Windows and their budgets. The functions refuse by name (TH001).

-- Moves a window's promised budget up (p_fen above zero) or down, and writes it down.
CREATE FUNCTION rewards_move_budget(
    p_funding_id bigint, p_fen bigint, p_transfer_id uuid, p_reason smallint, p_actor text,
    p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    c_pool CONSTANT smallint := 110;
    c_budget CONSTANT smallint := 4;
    v_result text;
BEGIN
    v_result := ledger_post_one(
        p_transfer_id, 0::smallint,
        CASE WHEN p_fen > 0 THEN 0 ELSE p_funding_id END,
        CASE WHEN p_fen > 0 THEN c_pool ELSE c_budget END,
        CASE WHEN p_fen > 0 THEN p_funding_id ELSE 0 END,
        CASE WHEN p_fen > 0 THEN c_budget ELSE c_pool END,
        abs(p_fen), p_reason, p_at
    );
    IF v_result = 'exceeds_balance' THEN
        RAISE EXCEPTION 'budget_stocked' USING ERRCODE = 'TH001';
    ELSIF v_result <> 'ok' THEN
        RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO rewards_funding_change (funding_id, number, fen, transfer_id, actor, at)
    SELECT p_funding_id, 1 + count(*), p_fen, p_transfer_id, p_actor, p_at
    FROM rewards_funding_change
    WHERE funding_id = p_funding_id;
END
$$;
REVOKE ALL ON FUNCTION rewards_move_budget(
    bigint, bigint, uuid, smallint, text, timestamptz
) FROM public;

-- Opens a window with its first budget; answers its number.
CREATE FUNCTION rewards_open_funding(
    p_sponsor_id integer, p_title_zh text, p_title_en text, p_opens_at timestamptz,
    p_until timestamptz, p_fen bigint, p_transfer_id uuid, p_reason smallint, p_actor text,
    p_at timestamptz
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_id bigint;
BEGIN
    INSERT INTO rewards_funding (sponsor_id, title_zh, title_en, opens_at, until, opened_at)
    VALUES (p_sponsor_id, p_title_zh, p_title_en, p_opens_at, p_until, p_at)
    RETURNING id INTO v_id;
    PERFORM ledger_open_accounts(ARRAY[v_id], ARRAY[4::smallint]);
    PERFORM rewards_move_budget(v_id, p_fen, p_transfer_id, p_reason, p_actor, p_at);
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION rewards_open_funding(
    integer, text, text, timestamptz, timestamptz, bigint, uuid, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_open_funding(
    integer, text, text, timestamptz, timestamptz, bigint, uuid, smallint, text, timestamptz
) TO tanhui_app;

-- Adds to a window's budget, or takes back what is not put into stock.
CREATE FUNCTION rewards_change_budget(
    p_funding_id bigint, p_fen bigint, p_transfer_id uuid, p_reason smallint, p_actor text,
    p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_funding rewards_funding%ROWTYPE;
BEGIN
    SELECT * INTO v_funding FROM rewards_funding WHERE id = p_funding_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_funding' USING ERRCODE = 'TH001';
    ELSIF v_funding.ended_at IS NOT NULL OR v_funding.until <= p_at THEN
        RAISE EXCEPTION 'funding_ended' USING ERRCODE = 'TH001';
    END IF;
    PERFORM rewards_move_budget(p_funding_id, p_fen, p_transfer_id, p_reason, p_actor, p_at);
END
$$;
REVOKE ALL ON FUNCTION rewards_change_budget(
    bigint, bigint, uuid, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_change_budget(
    bigint, bigint, uuid, smallint, text, timestamptz
) TO tanhui_app;

-- Ends a window whose time is over: what is on sale goes off it, what is left of the budget is the
-- sponsor's again, and offers that nobody pays for any more are closed. Answers their numbers. A
-- window that has ended is swept again, because a voucher that is given back brings its money back.
CREATE FUNCTION rewards_end_funding(
    p_funding_id bigint, p_unsold smallint, p_taken_back smallint, p_actor text,
    p_at timestamptz
)
RETURNS bigint[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_funding rewards_funding%ROWTYPE;
    v_batch_id bigint;
    v_free bigint;
    v_closed bigint[];
BEGIN
    -- Offers before windows, as whoever puts units on sale.
    PERFORM 1 FROM rewards_offer
    WHERE id IN (SELECT offer_id FROM rewards_batch WHERE funding_id = p_funding_id)
    ORDER BY id
    FOR NO KEY UPDATE;
    SELECT * INTO v_funding FROM rewards_funding WHERE id = p_funding_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_funding' USING ERRCODE = 'TH001';
    ELSIF v_funding.until > p_at THEN
        RAISE EXCEPTION 'funding_runs' USING ERRCODE = 'TH001';
    END IF;
    FOR v_batch_id IN
        SELECT id FROM rewards_batch
        WHERE funding_id = p_funding_id AND ended_at IS NULL
        ORDER BY id
    LOOP
        PERFORM rewards_end_batch(v_batch_id, gen_random_uuid(), p_unsold, p_at);
    END LOOP;
    SELECT credits_posted - debits_posted - debits_pending INTO v_free
    FROM ledger_account
    WHERE holder_id = p_funding_id AND kind = 4
    FOR NO KEY UPDATE;
    IF v_free > 0 THEN
        PERFORM rewards_move_budget(
            p_funding_id, -v_free, gen_random_uuid(), p_taken_back, p_actor, p_at
        );
    END IF;
    IF v_funding.ended_at IS NULL THEN
        UPDATE rewards_funding SET ended_at = p_at WHERE id = p_funding_id;
    END IF;
    WITH closed AS (
        UPDATE rewards_offer AS offer SET state = 'closed', closed_at = p_at
        WHERE offer.state = 'published'
            AND offer.id IN (SELECT offer_id FROM rewards_batch WHERE funding_id = p_funding_id)
            AND NOT EXISTS (
                SELECT 1 FROM rewards_batch AS batch
                WHERE batch.offer_id = offer.id AND batch.ended_at IS NULL AND batch.until > p_at
            )
            AND NOT EXISTS (
                SELECT 1
                FROM rewards_agreement AS agreed
                INNER JOIN rewards_funding AS other ON other.id = agreed.funding_id
                WHERE agreed.offer_id = offer.id AND agreed.state = 'agreed'
                    AND other.ended_at IS NULL AND other.until > p_at
            )
        RETURNING offer.id
    )

    SELECT coalesce(array_agg(closed.id ORDER BY closed.id), '{}') INTO v_closed FROM closed;
    RETURN v_closed;
END
$$;
REVOKE ALL ON FUNCTION rewards_end_funding(
    bigint, smallint, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_end_funding(
    bigint, smallint, smallint, text, timestamptz
) TO tanhui_app;
