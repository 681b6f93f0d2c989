-- One redemption begins: the citizen's points, a unit of stock and the sponsor's money are set
-- aside together, or nothing is. p_state says how far it goes at once: `reserved` waits for
-- one more step, `confirmed` is the citizen's, `entered` is an entry to a drop, which takes no
-- stock yet.
-- What is handed over by being shown (codes) or not at all (gifts) is `delivered` with the yes.
--
-- The citizen's account is locked first and the stock after it, here as everywhere, so that nobody
-- waits in a circle. From p_step_up_points on a yes waits for the phone to be proved, and from
-- p_device_points on nothing is spent; the same for what adds up within 24 hours; null is no such
-- limit. Refuses by name (TH001); DETAIL holds
-- facts as JSON.
CREATE FUNCTION rewards_reserve(
    p_citizen_id bigint, p_id uuid, p_offer_code text, p_units integer, p_key text,
    p_fingerprint bytea, p_state text, p_at timestamptz, p_hold_until timestamptz,
    p_day_start timestamptz, p_waiting_since timestamptz, p_levels_mg bigint[],
    p_voucher text, p_points_transfer_id uuid, p_fen_transfer_id uuid,
    p_points_reason smallint, p_fen_reason smallint, p_actor text, p_step_up_points bigint,
    p_step_up_day bigint, p_device_points bigint, p_device_day bigint
)
RETURNS SETOF rewards_redemption
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_offer rewards_offer%ROWTYPE;
    v_batch rewards_batch%ROWTYPE;
    v_made rewards_redemption%ROWTYPE;
    v_free bigint;
    v_waiting bigint := 0;
    v_points bigint;
    v_lately bigint;
    v_taken integer;
    v_today integer;
    v_next timestamptz;
    v_result text;
    v_valid_until timestamptz;
    v_state text := p_state;
    v_phase smallint;
BEGIN
    SELECT credits_posted - debits_posted - debits_pending INTO v_free
    FROM ledger_account
    WHERE holder_id = p_citizen_id AND kind = 1
    FOR NO KEY UPDATE;
    v_free := coalesce(v_free, 0);
    IF EXISTS (
        SELECT 1 FROM rewards_redemption WHERE citizen_id = p_citizen_id AND key = p_key
    ) THEN
        RAISE EXCEPTION 'key_known' USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_offer FROM rewards_offer WHERE code = p_offer_code;
    IF NOT FOUND OR v_offer.published_at IS NULL THEN
        RAISE EXCEPTION 'no_such_offer' USING ERRCODE = 'TH001';
    ELSIF v_offer.state <> 'published' THEN
        RAISE EXCEPTION 'offer_closed' USING ERRCODE = 'TH001';
    ELSIF (v_offer.release = 'drop') <> (p_state = 'entered') THEN
        RAISE EXCEPTION 'by_draw_only' USING ERRCODE = 'TH001';
    END IF;
    v_points := v_offer.price_points * p_units;
    IF p_step_up_day IS NOT NULL OR p_device_day IS NOT NULL THEN
        v_lately := v_points + rewards_spent_lately(p_citizen_id, p_at);
    END IF;
    IF v_points >= p_device_points OR v_lately >= p_device_day THEN
        RAISE EXCEPTION 'device_too_new' USING ERRCODE = 'TH001';
    ELSIF v_state = 'confirmed'
        AND (v_points >= p_step_up_points OR v_lately >= p_step_up_day)
    THEN
        v_state := 'reserved';
    END IF;
    IF EXISTS (
        SELECT 1 FROM identity_membership
        WHERE person_id = p_citizen_id AND organisation_id = v_offer.merchant_id
            AND role IN ('merchant', 'sponsor') AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'own_offer' USING ERRCODE = 'TH001';
    END IF;
    IF v_offer.min_level > 0 AND coalesce((
        SELECT credits_posted - debits_posted FROM ledger_account
        WHERE holder_id = p_citizen_id AND kind = 2
    ), 0) < p_levels_mg[v_offer.min_level] THEN
        RAISE EXCEPTION 'level_too_low' USING ERRCODE = 'TH001',
            DETAIL = json_build_object('level', v_offer.min_level)::text;
    END IF;
    IF v_offer.person_max IS NOT NULL OR v_offer.person_day_max IS NOT NULL THEN
        SELECT
            coalesce(sum(units), 0), coalesce(sum(units) FILTER (WHERE at >= p_day_start), 0)
        INTO v_taken, v_today
        FROM rewards_redemption
        WHERE citizen_id = p_citizen_id AND offer_id = v_offer.id
            AND state IN ('reserved', 'confirmed', 'delivered', 'entered');
        IF v_taken + p_units > v_offer.person_max THEN
            RAISE EXCEPTION 'person_limit' USING ERRCODE = 'TH001',
                DETAIL = json_build_object('most', v_offer.person_max)::text;
        ELSIF v_today + p_units > v_offer.person_day_max THEN
            RAISE EXCEPTION 'day_limit' USING ERRCODE = 'TH001',
                DETAIL = json_build_object('most', v_offer.person_day_max)::text;
        END IF;
    END IF;
    IF p_waiting_since IS NOT NULL AND v_free >= v_points THEN
        SELECT points INTO v_waiting FROM behaviours_waiting(p_citizen_id, p_waiting_since);
    END IF;
    IF v_free - v_waiting < v_points THEN
        RAISE EXCEPTION 'points_missing' USING ERRCODE = 'TH001',
            DETAIL = json_build_object(
                'missing', v_points - greatest(v_free - v_waiting, 0), 'waiting', v_waiting
            )::text;
    END IF;
    IF p_state = 'entered' THEN
        v_phase := 1;
    ELSE
        v_batch.id := rewards_take_stock(
            v_offer.id, p_units, (p_citizen_id % 8)::integer, p_at
        );
        IF v_batch.id IS NULL THEN
            SELECT min(opens_at) INTO v_next
            FROM rewards_batch
            WHERE offer_id = v_offer.id AND opens_at > p_at AND ended_at IS NULL;
            RAISE EXCEPTION 'sold_out' USING ERRCODE = 'TH001',
                DETAIL = json_build_object('opens_at', v_next)::text;
        END IF;
        SELECT * INTO v_batch FROM rewards_batch WHERE id = v_batch.id;
        IF v_state = 'confirmed' THEN
            v_valid_until := rewards_valid_until(v_offer.valid_days, p_day_start);
            IF v_offer.delivery <> 'scan' THEN
                v_state := 'delivered';
            END IF;
        END IF;
        v_phase := CASE WHEN v_state = 'delivered' THEN 0 ELSE 1 END;
        IF v_batch.cost_fen > 0 THEN
            v_result := ledger_post_one(
                p_fen_transfer_id, v_phase, v_batch.funding_id, 111::smallint,
                v_offer.merchant_id, 112::smallint, v_batch.cost_fen * p_units, p_fen_reason, p_at
            );
            IF v_result <> 'ok' THEN
                RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
            END IF;
        END IF;
    END IF;
    v_result := ledger_post_one(
        p_points_transfer_id, v_phase, p_citizen_id, 1::smallint, 0,
        CASE WHEN v_offer.kind = 'donation' THEN 109 ELSE 102 END::smallint,
        v_points, p_points_reason, p_at
    );
    IF v_result <> 'ok' THEN
        RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO rewards_redemption (
        citizen_id, id, offer_id, batch_id, units, points, cost_fen, key, fingerprint, state, at,
        hold_until, valid_until, confirmed_at, ended_at, reason, points_transfer_id, fen_transfer_id
    ) VALUES (
        p_citizen_id, p_id, v_offer.id, v_batch.id, p_units, v_points,
        coalesce(v_batch.cost_fen, 0) * p_units, p_key, p_fingerprint, v_state, p_at,
        CASE WHEN v_state = 'reserved' THEN p_hold_until END, v_valid_until,
        CASE WHEN v_state IN ('confirmed', 'delivered') THEN p_at END,
        CASE WHEN v_state = 'delivered' THEN p_at END, NULL, p_points_transfer_id,
        CASE WHEN v_batch.cost_fen > 0 THEN p_fen_transfer_id END
    ) RETURNING * INTO v_made;
    PERFORM rewards_note(v_made, p_actor, p_at);
    IF v_state IN ('confirmed', 'delivered') THEN
        PERFORM rewards_hand_over(v_made, v_offer, p_voucher);
    END IF;
    RETURN NEXT v_made;
END
$$;
REVOKE ALL ON FUNCTION rewards_reserve(
    bigint, uuid, text, integer, text, bytea, text, timestamptz, timestamptz, timestamptz,
    timestamptz, bigint[], text, uuid, uuid, smallint, smallint, text, bigint, bigint,
    bigint, bigint
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_reserve(
    bigint, uuid, text, integer, text, bytea, text, timestamptz, timestamptz, timestamptz,
    timestamptz, bigint[], text, uuid, uuid, smallint, smallint, text, bigint, bigint,
    bigint, bigint
) TO tanhui_app;
