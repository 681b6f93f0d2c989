-- The course of a drop. Refuses by name (TH001).

-- Opens a drop of a whole batch. Refuses no_such_offer, offer_closed, not_by_draw, no_such_batch,
-- batch_not_free, drop_too_large and drop_times. A day is left between the last entry and the end
-- of the stock, in which witnesses may be asked again.
CREATE FUNCTION rewards_open_drop(
    p_offer_code text, p_batch_id bigint, p_opens_at timestamptz, p_closes_at timestamptz,
    p_waiting_max smallint, p_seed_sealed bytea, p_commitment bytea, p_vkeys text[],
    p_digests bytea[], p_at timestamptz
)
RETURNS SETOF rewards_drop
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_offer rewards_offer%ROWTYPE;
    v_batch rewards_batch%ROWTYPE;
    v_made rewards_drop%ROWTYPE;
    v_left integer;
BEGIN
    SELECT * INTO v_offer FROM rewards_offer WHERE code = p_offer_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_offer' USING ERRCODE = 'TH001';
    ELSIF v_offer.state <> 'published' THEN
        RAISE EXCEPTION 'offer_closed' USING ERRCODE = 'TH001';
    ELSIF v_offer.release <> 'drop' THEN
        RAISE EXCEPTION 'not_by_draw' USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_batch FROM rewards_batch
    WHERE id = p_batch_id AND offer_id = v_offer.id
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_batch' USING ERRCODE = 'TH001';
    END IF;
    SELECT coalesce(sum(left_units), 0) INTO v_left
    FROM rewards_stock
    WHERE batch_id = v_batch.id;
    IF v_left > 10000 THEN
        RAISE EXCEPTION 'drop_too_large' USING ERRCODE = 'TH001';
    ELSIF v_batch.ended_at IS NOT NULL OR v_left = 0 OR EXISTS (
        SELECT 1 FROM rewards_drop WHERE batch_id = v_batch.id AND state <> 'called_off'
    ) THEN
        RAISE EXCEPTION 'batch_not_free' USING ERRCODE = 'TH001';
    ELSIF p_opens_at >= p_closes_at OR p_closes_at <= p_at 
        OR p_closes_at + interval '24 hours' > v_batch.until THEN
        RAISE EXCEPTION 'drop_times' USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO rewards_drop (
        offer_id, batch_id, units, opens_at, closes_at, waiting_max, made_at, seed_sealed,
        commitment
    ) VALUES (
        v_offer.id, v_batch.id, v_left, p_opens_at, p_closes_at, p_waiting_max, p_at,
        p_seed_sealed, p_commitment
    ) RETURNING * INTO v_made;
    INSERT INTO rewards_drop_witness (drop_id, place, vkey, digest)
    SELECT v_made.id, said.place, said.vkey, said.digest
    FROM unnest(p_vkeys, p_digests) WITH ORDINALITY AS said (vkey, digest, place);
    RETURN NEXT v_made;
END
$$;
REVOKE ALL ON FUNCTION rewards_open_drop(
    text, bigint, timestamptz, timestamptz, smallint, bytea, bytea, text[], bytea[], timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_open_drop(
    text, bigint, timestamptz, timestamptz, smallint, bytea, bytea, text[], bytea[], timestamptz
) TO tanhui_app;

-- Keeps what the log was told; a second leaf of one kind fails.
CREATE FUNCTION rewards_keep_leaf(
    p_drop_id bigint, p_kind text, p_leaf bytea, p_outbox_id bigint
)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    INSERT INTO rewards_drop_leaf (drop_id, kind, leaf, outbox_id)
    VALUES (p_drop_id, p_kind, p_leaf, p_outbox_id)
$$;
REVOKE ALL ON FUNCTION rewards_keep_leaf(bigint, text, bytea, bigint) FROM public;
GRANT EXECUTE ON FUNCTION rewards_keep_leaf(bigint, text, bytea, bigint) TO tanhui_app;

-- Freezes the list of a drop whose time is over; answers nothing where another did so.
CREATE FUNCTION rewards_freeze_drop(p_drop_id bigint, p_at timestamptz)
RETURNS SETOF rewards_drop
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE rewards_drop SET state = 'closed', closed_at = p_at
    WHERE id = p_drop_id AND state = 'open' AND closes_at <= p_at
    RETURNING *
$$;
REVOKE ALL ON FUNCTION rewards_freeze_drop(bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_freeze_drop(bigint, timestamptz) TO tanhui_app;

-- Writes down what the frozen list is, once.
CREATE FUNCTION rewards_count_drop(
    p_drop_id bigint, p_entries integer, p_tickets bigint, p_digest bytea
)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE rewards_drop SET
        entries = p_entries,
        tickets = p_tickets,
        entries_digest = p_digest
    WHERE id = p_drop_id AND state = 'closed' AND entries IS NULL
$$;
REVOKE ALL ON FUNCTION rewards_count_drop(bigint, integer, bigint, bytea) FROM public;
GRANT EXECUTE ON FUNCTION rewards_count_drop(bigint, integer, bigint, bytea) TO tanhui_app;

-- Keeps what a witness told, the first time it did.
CREATE FUNCTION rewards_keep_told(
    p_drop_id bigint, p_vkey text, p_secret bytea, p_signature bytea, p_at timestamptz
)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE rewards_drop_witness SET
        secret = p_secret,
        signature = p_signature,
        told_at = p_at
    WHERE drop_id = p_drop_id AND vkey = p_vkey AND secret IS NULL
$$;
REVOKE ALL ON FUNCTION rewards_keep_told(bigint, text, bytea, bytea, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_keep_told(bigint, text, bytea, bytea, timestamptz)
TO tanhui_app;

-- Who won, in the order of the draw; their units are taken from stock here, so whoever calls gives
-- them to the winners in the same transaction. Nothing is answered where another has drawn.
-- Refuses drop_untold, drop_winners and drop_stock_missing.
CREATE FUNCTION rewards_draw_drop(
    p_drop_id bigint, p_seed bytea, p_numbers integer[], p_at timestamptz
)
RETURNS SETOF rewards_drop
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_drop rewards_drop%ROWTYPE;
    v_stock rewards_stock%ROWTYPE;
    v_need integer := cardinality(p_numbers);
    v_placed integer;
BEGIN
    SELECT * INTO v_drop FROM rewards_drop WHERE id = p_drop_id FOR UPDATE;
    IF v_drop.state IS DISTINCT FROM 'closed' THEN
        RETURN;
    ELSIF EXISTS (
        SELECT 1 FROM rewards_drop_witness WHERE drop_id = p_drop_id AND secret IS NULL
    ) THEN
        RAISE EXCEPTION 'drop_untold' USING ERRCODE = 'TH001';
    ELSIF v_need <> least(v_drop.units, v_drop.entries) THEN
        RAISE EXCEPTION 'drop_winners' USING ERRCODE = 'TH001';
    END IF;
    UPDATE rewards_entry AS entry SET place = won.place
    FROM unnest(p_numbers) WITH ORDINALITY AS won (number, place)
    WHERE entry.drop_id = p_drop_id AND entry.number = won.number AND entry.left_at IS NULL;
    GET DIAGNOSTICS v_placed = ROW_COUNT;
    IF v_placed <> v_need THEN
        RAISE EXCEPTION 'drop_winners' USING ERRCODE = 'TH001';
    END IF;
    FOR v_stock IN
        SELECT * FROM rewards_stock WHERE batch_id = v_drop.batch_id ORDER BY part FOR UPDATE
    LOOP
        UPDATE rewards_stock SET left_units = left_units - least(left_units, v_need)
        WHERE batch_id = v_drop.batch_id AND part = v_stock.part;
        v_need := v_need - least(v_stock.left_units, v_need);
    END LOOP;
    IF v_need > 0 THEN
        RAISE EXCEPTION 'drop_stock_missing' USING ERRCODE = 'TH001';
    END IF;
    RETURN QUERY
    UPDATE rewards_drop SET state = 'drawn', seed = p_seed, drawn_at = p_at
    WHERE id = p_drop_id
    RETURNING *;
END
$$;
REVOKE ALL ON FUNCTION rewards_draw_drop(bigint, bytea, integer[], timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_draw_drop(bigint, bytea, integer[], timestamptz) TO tanhui_app;

-- Nobody wins: refuses drop_drawn once it is drawn, and answers nothing where it was called off.
CREATE FUNCTION rewards_call_off_drop(p_drop_id bigint, p_reason text, p_at timestamptz)
RETURNS SETOF rewards_drop
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_drop rewards_drop%ROWTYPE;
BEGIN
    SELECT * INTO v_drop FROM rewards_drop WHERE id = p_drop_id FOR UPDATE;
    IF v_drop.state = 'called_off' THEN
        RETURN;
    ELSIF v_drop.state NOT IN ('open', 'closed') THEN
        RAISE EXCEPTION 'drop_drawn' USING ERRCODE = 'TH001';
    END IF;
    RETURN QUERY
    UPDATE rewards_drop SET
        state = 'called_off',
        reason = p_reason,
        closed_at = coalesce(closed_at, p_at)
    WHERE id = p_drop_id
    RETURNING *;
END
$$;
REVOKE ALL ON FUNCTION rewards_call_off_drop(bigint, text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_call_off_drop(bigint, text, timestamptz) TO tanhui_app;

-- Everybody was told: a drop with no entry left to settle has ended.
CREATE FUNCTION rewards_end_drop(p_drop_id bigint, p_at timestamptz)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE rewards_drop AS ended SET
        state = CASE WHEN ended.state = 'drawn' THEN 'settled' ELSE ended.state END,
        ended_at = p_at
    WHERE ended.id = p_drop_id AND ended.state IN ('drawn', 'called_off')
        AND ended.ended_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM rewards_entry AS entry
            WHERE entry.drop_id = p_drop_id AND entry.outcome IS NULL AND entry.left_at IS NULL
        )
$$;
REVOKE ALL ON FUNCTION rewards_end_drop(bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_end_drop(bigint, timestamptz) TO tanhui_app;
