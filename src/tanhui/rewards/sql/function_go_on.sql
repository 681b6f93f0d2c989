-- A redemption goes on: from reserved to confirmed, to delivered, or back to the citizen. Whatever
-- was set aside moves or returns with it. p_from lists the states it may come from; another one is
-- refused as `redemption_<state>`. Refuses by name (TH001).
CREATE FUNCTION rewards_go_on(
    p_citizen_id bigint, p_id uuid, p_from text[], p_to text, p_reason text, p_actor text,
    p_voucher text, p_day_start timestamptz, p_restored_until timestamptz, p_ids uuid[],
    p_resolution smallint, p_points_returned smallint, p_fen_returned smallint, p_at timestamptz
)
RETURNS SETOF rewards_redemption
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_old rewards_redemption%ROWTYPE;
    v_made rewards_redemption%ROWTYPE;
    v_offer rewards_offer%ROWTYPE;
    v_batch rewards_batch%ROWTYPE;
    v_to text := p_to;
    v_sink smallint;
BEGIN
    PERFORM 1 FROM ledger_account WHERE holder_id = p_citizen_id AND kind = 1 FOR NO KEY UPDATE;
    SELECT * INTO v_old FROM rewards_redemption
    WHERE citizen_id = p_citizen_id AND id = p_id
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_redemption' USING ERRCODE = 'TH001';
    ELSIF v_old.state <> ALL (p_from) THEN
        RAISE EXCEPTION 'redemption_%', v_old.state USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_offer FROM rewards_offer WHERE id = v_old.offer_id;
    SELECT * INTO v_batch FROM rewards_batch WHERE id = v_old.batch_id;
    v_sink := CASE WHEN v_offer.kind = 'donation' THEN 109 ELSE 102 END;
    IF v_to = 'confirmed' AND v_offer.delivery <> 'scan' THEN
        v_to := 'delivered';
    END IF;
    IF v_to = 'delivered' THEN
        PERFORM rewards_resolve(v_old, 2::smallint, p_ids, p_resolution, p_at);
    ELSIF v_to IN ('refunded', 'lost', 'left') AND v_old.state <> 'delivered' THEN
        PERFORM rewards_resolve(v_old, 3::smallint, p_ids, p_resolution, p_at);
    ELSIF v_to = 'refunded' THEN
        PERFORM rewards_post(
            p_ids[1], 0, v_sink, p_citizen_id, 1::smallint, v_old.points, p_points_returned, p_at
        );
        IF v_old.fen_transfer_id IS NOT NULL THEN
            PERFORM rewards_post(
                p_ids[2], v_offer.merchant_id, 112::smallint, v_batch.funding_id, 111::smallint,
                v_old.cost_fen, p_fen_returned, p_at
            );
        END IF;
    END IF;
    IF v_to = 'refunded' THEN
        PERFORM rewards_give_back(v_old, v_batch, p_ids[3], p_fen_returned, p_at);
    END IF;
    IF v_to IN ('refunded', 'lost', 'left') THEN
        INSERT INTO rewards_restored (citizen_id, redemption_id, points, again, at, until)
        VALUES (
            p_citizen_id, p_id, v_old.points, v_old.state = 'delivered', p_at, p_restored_until
        );
    END IF;
    UPDATE rewards_redemption SET
        state = v_to,
        hold_until = NULL,
        reason = p_reason,
        confirmed_at = CASE
            WHEN p_to = 'confirmed' THEN p_at ELSE v_old.confirmed_at
        END,
        valid_until = CASE
            WHEN p_to = 'confirmed'
                THEN rewards_valid_until(v_offer.valid_days, p_day_start)
            ELSE v_old.valid_until
        END,
        ended_at = CASE WHEN v_to <> 'confirmed' THEN p_at END
    WHERE citizen_id = p_citizen_id AND id = p_id
    RETURNING * INTO v_made;
    IF p_to = 'confirmed' THEN
        PERFORM rewards_hand_over(v_made, v_offer, p_voucher);
    END IF;
    PERFORM rewards_note(v_made, p_actor, p_at);
    RETURN NEXT v_made;
END
$$;
REVOKE ALL ON FUNCTION rewards_go_on(
    bigint, uuid, text[], text, text, text, text, timestamptz, timestamptz, uuid[], smallint,
    smallint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_go_on(
    bigint, uuid, text[], text, text, text, text, timestamptz, timestamptz, uuid[], smallint,
    smallint, smallint, timestamptz
) TO tanhui_app;
