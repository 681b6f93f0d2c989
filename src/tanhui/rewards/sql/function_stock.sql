-- Puts units of an offer on sale: the window's budget pays for all of them at once, so a redemption
-- needs to ask nobody whether there is money. Refuses by name (TH001): no_such_offer, offer_closed,
-- funding_ended, budget_insufficient, codes_missing (offers of codes: as many as there are codes).
CREATE FUNCTION rewards_stock_up(
    p_offer_code text, p_funding_id bigint, p_units integer, p_cost_fen bigint,
    p_opens_at timestamptz, p_until timestamptz, p_transfer_id uuid, p_reason smallint,
    p_at timestamptz
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    c_parts CONSTANT integer := 8;
    v_offer rewards_offer%ROWTYPE;
    v_funding rewards_funding%ROWTYPE;
    v_batch_id bigint;
    v_codes bigint;
    v_result text;
BEGIN
    -- Redemptions of the offer go on meanwhile: they need only its key.
    SELECT * INTO v_offer FROM rewards_offer WHERE code = p_offer_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_offer' USING ERRCODE = 'TH001';
    ELSIF v_offer.state NOT IN ('approved', 'published') THEN
        RAISE EXCEPTION 'offer_closed' USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_funding FROM rewards_funding WHERE id = p_funding_id FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_funding' USING ERRCODE = 'TH001';
    ELSIF v_funding.ended_at IS NOT NULL OR v_funding.until <= p_at THEN
        RAISE EXCEPTION 'funding_ended' USING ERRCODE = 'TH001';
    END IF;
    IF v_offer.delivery = 'code' THEN
        -- Codes that nobody waits for: those on sale want theirs, and so does who has not said yes
        -- yet. Counted in one look, so that whoever redeems meanwhile is seen before or after.
        SELECT
            (
                SELECT count(*) FROM rewards_code
                WHERE offer_id = v_offer.id AND redemption_id IS NULL
            ) - (
                SELECT coalesce(sum(stock.left_units), 0)
                FROM rewards_stock AS stock
                INNER JOIN rewards_batch AS batch ON stock.batch_id = batch.id
                WHERE batch.offer_id = v_offer.id
            ) - (
                SELECT coalesce(sum(units), 0) FROM rewards_redemption
                WHERE offer_id = v_offer.id AND state = 'reserved'
            )
        INTO v_codes;
        IF v_codes < p_units THEN
            RAISE EXCEPTION 'codes_missing' USING ERRCODE = 'TH001';
        END IF;
    END IF;
    INSERT INTO rewards_batch (
        offer_id, funding_id, units, cost_fen, opens_at, until, stocked_at
    ) VALUES (
        v_offer.id, p_funding_id, p_units, p_cost_fen, p_opens_at,
        least(p_until, v_funding.until), p_at
    ) RETURNING id INTO v_batch_id;
    INSERT INTO rewards_stock (batch_id, part, left_units)
    SELECT
        v_batch_id,
        part,
        p_units / c_parts + CASE WHEN part < p_units % c_parts THEN 1 ELSE 0 END
    FROM generate_series(0, least(c_parts, p_units) - 1) AS part;
    IF p_cost_fen > 0 THEN
        v_result := ledger_post_one(
            p_transfer_id, 0::smallint, p_funding_id, 4::smallint, p_funding_id, 111::smallint,
            p_units * p_cost_fen, p_reason, p_at
        );
        IF v_result = 'exceeds_balance' THEN
            RAISE EXCEPTION 'budget_insufficient' USING ERRCODE = 'TH001';
        ELSIF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
    END IF;
    RETURN v_batch_id;
END
$$;
REVOKE ALL ON FUNCTION rewards_stock_up(
    text, bigint, integer, bigint, timestamptz, timestamptz, uuid, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_stock_up(
    text, bigint, integer, bigint, timestamptz, timestamptz, uuid, smallint, timestamptz
) TO tanhui_app;

-- Takes what is left of a batch off sale and gives its money back to the window's budget. Answers
-- how many units; none when the batch had ended already.
CREATE FUNCTION rewards_end_batch(
    p_batch_id bigint, p_transfer_id uuid, p_reason smallint, p_at timestamptz
)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_batch rewards_batch%ROWTYPE;
    v_left integer;
    v_result text;
BEGIN
    -- Stock before batch, as a redemption that is refunded.
    PERFORM 1 FROM rewards_stock WHERE batch_id = p_batch_id ORDER BY part FOR UPDATE;
    SELECT * INTO v_batch FROM rewards_batch WHERE id = p_batch_id FOR UPDATE;
    IF NOT FOUND OR v_batch.ended_at IS NOT NULL THEN
        RETURN 0;
    END IF;
    SELECT coalesce(sum(left_units), 0) INTO v_left
    FROM rewards_stock
    WHERE batch_id = p_batch_id;
    UPDATE rewards_stock SET left_units = 0 WHERE batch_id = p_batch_id AND left_units > 0;
    UPDATE rewards_batch SET ended_at = p_at, unsold_units = v_left WHERE id = p_batch_id;
    IF v_left * v_batch.cost_fen > 0 THEN
        v_result := ledger_post_one(
            p_transfer_id, 0::smallint, v_batch.funding_id, 111::smallint,
            v_batch.funding_id, 4::smallint, v_left * v_batch.cost_fen, p_reason, p_at
        );
        IF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
    END IF;
    RETURN v_left;
END
$$;
REVOKE ALL ON FUNCTION rewards_end_batch(bigint, uuid, smallint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_end_batch(bigint, uuid, smallint, timestamptz) TO tanhui_app;
