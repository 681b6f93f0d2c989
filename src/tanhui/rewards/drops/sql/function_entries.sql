-- Entries to drops, and what becomes of each. The points were set aside by `rewards_reserve` in the
-- same transaction. The citizen's account is locked before the drop, here as everywhere.

-- Refuses no_such_drop, drop_not_open, drop_closed, other_offer and already_entered.
CREATE FUNCTION rewards_enter_drop(
    p_citizen_id bigint, p_redemption_id uuid, p_drop_code text, p_salt bytea, p_code bytea,
    p_at timestamptz
)
RETURNS SETOF rewards_entry
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_drop rewards_drop%ROWTYPE;
    v_tickets smallint;
BEGIN
    SELECT * INTO v_drop FROM rewards_drop WHERE code = p_drop_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_drop' USING ERRCODE = 'TH001';
    ELSIF v_drop.state <> 'open' OR v_drop.closes_at <= p_at THEN
        RAISE EXCEPTION 'drop_closed' USING ERRCODE = 'TH001';
    ELSIF v_drop.opens_at > p_at THEN
        RAISE EXCEPTION 'drop_not_open' USING ERRCODE = 'TH001';
    ELSIF NOT EXISTS (
        SELECT 1 FROM rewards_redemption
        WHERE citizen_id = p_citizen_id AND id = p_redemption_id AND offer_id = v_drop.offer_id
            AND state = 'entered' AND units = 1
    ) THEN
        RAISE EXCEPTION 'other_offer' USING ERRCODE = 'TH001';
    ELSIF EXISTS (
        SELECT 1 FROM rewards_entry
        WHERE citizen_id = p_citizen_id AND drop_id = v_drop.id AND left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'already_entered' USING ERRCODE = 'TH001';
    END IF;
    SELECT tickets INTO v_tickets FROM rewards_credit WHERE citizen_id = p_citizen_id;
    UPDATE rewards_drop SET entered = entered + 1 WHERE id = v_drop.id;
    RETURN QUERY
    INSERT INTO rewards_entry (
        citizen_id, redemption_id, drop_id, number, salt, code, tickets, at
    ) VALUES (
        p_citizen_id, p_redemption_id, v_drop.id, v_drop.entered + 1, p_salt, p_code,
        1 + least(coalesce(v_tickets, 0), v_drop.waiting_max), p_at
    ) RETURNING *;
END
$$;
REVOKE ALL ON FUNCTION rewards_enter_drop(bigint, uuid, text, bytea, bytea, timestamptz)
FROM public;
GRANT EXECUTE ON FUNCTION rewards_enter_drop(bigint, uuid, text, bytea, bytea, timestamptz)
TO tanhui_app;

-- Refuses no_such_entry and drop_closed.
CREATE FUNCTION rewards_leave_drop(p_citizen_id bigint, p_redemption_id uuid, p_at timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_drop rewards_drop%ROWTYPE;
BEGIN
    SELECT held.* INTO v_drop
    FROM rewards_entry AS entry
    INNER JOIN rewards_drop AS held ON held.id = entry.drop_id
    WHERE entry.citizen_id = p_citizen_id AND entry.redemption_id = p_redemption_id
        AND entry.left_at IS NULL
    FOR NO KEY UPDATE OF held;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_entry' USING ERRCODE = 'TH001';
    ELSIF v_drop.state <> 'open' OR v_drop.closes_at <= p_at THEN
        RAISE EXCEPTION 'drop_closed' USING ERRCODE = 'TH001';
    END IF;
    UPDATE rewards_entry SET left_at = p_at
    WHERE citizen_id = p_citizen_id AND redemption_id = p_redemption_id;
END
$$;
REVOKE ALL ON FUNCTION rewards_leave_drop(bigint, uuid, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_leave_drop(bigint, uuid, timestamptz) TO tanhui_app;

-- Gives at most as many winners as there are codes of vouchers what they won; answers how many.
CREATE FUNCTION rewards_settle_won(
    p_drop_id bigint, p_vouchers text[], p_day_start timestamptz, p_fen_reason smallint,
    p_resolution smallint, p_actor text, p_at timestamptz
)
RETURNS SETOF rewards_entry
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_entry rewards_entry%ROWTYPE;
    v_old rewards_redemption%ROWTYPE;
    v_made rewards_redemption%ROWTYPE;
    v_offer rewards_offer%ROWTYPE;
    v_batch rewards_batch%ROWTYPE;
    v_fen_id uuid;
    v_state text;
    v_result text;
    v_done integer := 0;
BEGIN
    SELECT offer.* INTO v_offer
    FROM rewards_drop AS held
    INNER JOIN rewards_offer AS offer ON offer.id = held.offer_id
    WHERE held.id = p_drop_id AND held.state = 'drawn';
    SELECT batch.* INTO v_batch
    FROM rewards_drop AS held
    INNER JOIN rewards_batch AS batch ON batch.id = held.batch_id
    WHERE held.id = p_drop_id AND held.state = 'drawn';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_state := CASE WHEN v_offer.delivery = 'scan' THEN 'confirmed' ELSE 'delivered' END;
    FOR v_entry IN
        SELECT * FROM rewards_entry
        WHERE drop_id = p_drop_id AND place IS NOT NULL AND outcome IS NULL AND left_at IS NULL
        ORDER BY citizen_id
        LIMIT cardinality(p_vouchers)
    LOOP
        PERFORM 1 FROM ledger_account WHERE holder_id = v_entry.citizen_id AND kind = 1
        FOR NO KEY UPDATE;
        SELECT * INTO v_old FROM rewards_redemption
        WHERE citizen_id = v_entry.citizen_id AND id = v_entry.redemption_id
        FOR UPDATE;
        IF v_old.state <> 'entered' THEN
            RAISE EXCEPTION 'redemption_%', v_old.state USING ERRCODE = 'TH001';
        END IF;
        v_fen_id := NULL;
        IF v_batch.cost_fen > 0 THEN
            v_fen_id := gen_random_uuid();
            v_result := ledger_post_one(
                v_fen_id, CASE v_state WHEN 'delivered' THEN 0 ELSE 1 END::smallint,
                v_batch.funding_id, 111::smallint, v_offer.merchant_id, 112::smallint,
                v_batch.cost_fen, p_fen_reason, p_at
            );
            IF v_result <> 'ok' THEN
                RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
            END IF;
        END IF;
        IF v_state = 'delivered' THEN
            PERFORM rewards_resolve(
                v_old, 2::smallint, ARRAY[gen_random_uuid()], p_resolution, p_at
            );
        END IF;
        UPDATE rewards_redemption SET
            state = v_state,
            batch_id = v_batch.id,
            cost_fen = v_batch.cost_fen,
            confirmed_at = p_at,
            valid_until = rewards_valid_until(v_offer.valid_days, p_day_start),
            ended_at = CASE WHEN v_state = 'delivered' THEN p_at END,
            reason = 'won',
            fen_transfer_id = v_fen_id
        WHERE citizen_id = v_entry.citizen_id AND id = v_entry.redemption_id
        RETURNING * INTO v_made;
        v_done := v_done + 1;
        PERFORM rewards_hand_over(v_made, v_offer, p_vouchers[v_done]);
        PERFORM rewards_note(v_made, p_actor, p_at);
        INSERT INTO rewards_credit (citizen_id, tickets, at)
        VALUES (v_entry.citizen_id, 0, p_at)
        ON CONFLICT (citizen_id) DO UPDATE SET tickets = 0, at = p_at;
        UPDATE rewards_entry SET outcome = 'won'
        WHERE citizen_id = v_entry.citizen_id AND redemption_id = v_entry.redemption_id
        RETURNING * INTO v_entry;
        RETURN NEXT v_entry;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION rewards_settle_won(
    bigint, text[], timestamptz, smallint, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_settle_won(
    bigint, text[], timestamptz, smallint, smallint, text, timestamptz
) TO tanhui_app;

-- Gives the points of at most so many back who did not win, all at once; answers who, and how many
-- tickets each has next time. Whoever lost in a draw that was held has one more.
CREATE FUNCTION rewards_settle_lost(
    p_drop_id bigint, p_limit integer, p_resolution smallint, p_actor text,
    p_restored_until timestamptz, p_at timestamptz
)
RETURNS TABLE (citizen_id bigint, redemption_id uuid, next_tickets integer)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_drop rewards_drop%ROWTYPE;
    v_citizens bigint[];
    v_redemptions uuid[];
    v_pending uuid[];
    v_count integer;
    v_result text;
    v_reason text;
BEGIN
    SELECT * INTO v_drop FROM rewards_drop AS held
    WHERE held.id = p_drop_id AND held.state IN ('drawn', 'called_off');
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_reason := CASE v_drop.state WHEN 'drawn' THEN 'not_drawn' ELSE 'called_off' END;
    SELECT array_agg(due.citizen_id), array_agg(due.redemption_id)
    INTO v_citizens, v_redemptions
    FROM (
        SELECT entry.citizen_id, entry.redemption_id
        FROM rewards_entry AS entry
        WHERE entry.drop_id = p_drop_id AND entry.outcome IS NULL AND entry.left_at IS NULL
            AND entry.place IS NULL
        ORDER BY entry.number
        LIMIT p_limit
    ) AS due;
    v_count := coalesce(cardinality(v_citizens), 0);
    IF v_count = 0 THEN
        RETURN;
    END IF;
    PERFORM ledger_lock_holders(v_citizens, 1::smallint);
    SELECT array_agg(held.points_transfer_id) INTO v_pending
    FROM (
        SELECT redeemed.points_transfer_id
        FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
        INNER JOIN rewards_redemption AS redeemed
            ON redeemed.citizen_id = due.citizen_id AND redeemed.id = due.redemption_id
        INNER JOIN rewards_entry AS entry
            ON entry.citizen_id = due.citizen_id AND entry.redemption_id = due.redemption_id
        WHERE redeemed.state = 'entered' AND entry.outcome IS NULL
        ORDER BY redeemed.citizen_id
        FOR UPDATE OF redeemed, entry
    ) AS held;
    IF cardinality(v_pending) IS DISTINCT FROM v_count THEN
        RAISE EXCEPTION 'drop_busy' USING ERRCODE = 'TH001';
    END IF;
    FOREACH v_result IN ARRAY ledger_post(
        ARRAY(SELECT gen_random_uuid() FROM generate_series(1, v_count)),
        array_fill(3::smallint, ARRAY[v_count]), array_fill(0::bigint, ARRAY[v_count]),
        array_fill(0::smallint, ARRAY[v_count]), array_fill(0::bigint, ARRAY[v_count]),
        array_fill(0::smallint, ARRAY[v_count]), array_fill(0::bigint, ARRAY[v_count]), v_pending,
        array_fill(NULL::timestamptz, ARRAY[v_count]), array_fill(p_resolution, ARRAY[v_count]),
        p_at
    ) LOOP
        IF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
    END LOOP;
    UPDATE rewards_redemption AS redeemed SET
        state = 'lost',
        ended_at = p_at,
        reason = v_reason
    FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
    WHERE redeemed.citizen_id = due.citizen_id AND redeemed.id = due.redemption_id;
    INSERT INTO rewards_step (citizen_id, redemption_id, number, at, state, actor, reason)
    SELECT due.citizen_id, due.redemption_id, 1 + before.steps, p_at, 'lost', p_actor, v_reason
    FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS steps FROM rewards_step AS step
        WHERE step.citizen_id = due.citizen_id AND step.redemption_id = due.redemption_id
    ) AS before;
    -- They waited for the draw through no fault of theirs: they do not expire the day after.
    INSERT INTO rewards_restored (citizen_id, redemption_id, points, again, at, until)
    SELECT redeemed.citizen_id, redeemed.id, redeemed.points, FALSE, p_at, p_restored_until
    FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
    INNER JOIN rewards_redemption AS redeemed
        ON redeemed.citizen_id = due.citizen_id AND redeemed.id = due.redemption_id;
    UPDATE rewards_entry AS entry SET outcome = 'lost'
    FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
    WHERE entry.citizen_id = due.citizen_id AND entry.redemption_id = due.redemption_id;
    IF v_drop.state = 'drawn' AND v_drop.waiting_max > 0 THEN
        INSERT INTO rewards_credit AS credit (citizen_id, tickets, at)
        SELECT due.citizen_id, 1, p_at
        FROM unnest(v_citizens) AS due (citizen_id)
        ORDER BY due.citizen_id
        ON CONFLICT (citizen_id) DO UPDATE SET
        tickets = least(credit.tickets + 1, v_drop.waiting_max),
        at = p_at;
    END IF;
    RETURN QUERY
    SELECT due.citizen_id, due.redemption_id, 1 + coalesce(credit.tickets, 0)
    FROM unnest(v_citizens, v_redemptions) AS due (citizen_id, redemption_id)
    LEFT JOIN rewards_credit AS credit ON credit.citizen_id = due.citizen_id;
END
$$;
REVOKE ALL ON FUNCTION rewards_settle_lost(
    bigint, integer, smallint, text, timestamptz, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_settle_lost(
    bigint, integer, smallint, text, timestamptz, timestamptz
) TO tanhui_app;
