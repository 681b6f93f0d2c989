-- Ends what reserved kilograms: they are retired (p_to_state 'retired', phase 2) or go back to
-- their holder ('held', phase 3). The books refuse a second end. Answers the ranges, in order.
CREATE FUNCTION registry_end_hold(
    p_event_id uuid, p_kind text, p_at timestamptz, p_actor text, p_organisation_id integer,
    p_facts jsonb, p_hold_id uuid, p_resolution_ids uuid[], p_phase smallint, p_to_state text
)
RETURNS TABLE (first_number bigint, last_number bigint, account_id bigint, target_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_pending uuid[];
    v_lines integer;
    v_results text[];
    v_refused text;
BEGIN
    SELECT array_agg(line.transfer_id ORDER BY line.ordinal), count(*)
    INTO v_pending, v_lines
    FROM registry_line AS line
    WHERE line.event_id = p_hold_id;
    IF v_lines = 0 OR v_lines <> cardinality(p_resolution_ids) THEN
        RAISE EXCEPTION 'pending_not_found' USING ERRCODE = 'TH001';
    END IF;
    v_results := ledger_post(
        p_resolution_ids, array_fill(p_phase, ARRAY[v_lines]),
        array_fill(NULL::bigint, ARRAY[v_lines]), array_fill(NULL::smallint, ARRAY[v_lines]),
        array_fill(NULL::bigint, ARRAY[v_lines]), array_fill(NULL::smallint, ARRAY[v_lines]),
        array_fill(NULL::bigint, ARRAY[v_lines]), v_pending,
        array_fill(NULL::timestamptz, ARRAY[v_lines]),
        array_fill(5::smallint, ARRAY[v_lines]), p_at
    );
    SELECT result INTO v_refused FROM unnest(v_results) AS result WHERE result <> 'ok' LIMIT 1;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION '%', v_refused USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO registry_event (id, kind, at, actor, organisation_id, facts)
    VALUES (p_event_id, p_kind, p_at, p_actor, p_organisation_id, p_facts);
    INSERT INTO registry_movement (
        event_id, serials, block_id, from_account_id, to_account_id, from_state, to_state
    )
    SELECT
        p_event_id, block.serials, block.id, block.account_id, block.account_id,
        'reserved', p_to_state
    FROM registry_block AS block
    WHERE block.hold_id = p_hold_id;
    UPDATE registry_block AS block
    SET state = p_to_state, hold_id = NULL
    WHERE block.hold_id = p_hold_id;
    RETURN QUERY
    SELECT
        lower(movement.serials),
        upper(movement.serials) - 1,
        movement.from_account_id,
        movement.to_account_id
    FROM registry_movement AS movement
    WHERE movement.event_id = p_event_id
    ORDER BY lower(movement.serials);
END
$$;
REVOKE ALL ON FUNCTION registry_end_hold(
    uuid, text, timestamptz, text, integer, jsonb, uuid, uuid[], smallint, text
) FROM public;
GRANT EXECUTE ON FUNCTION registry_end_hold(
    uuid, text, timestamptz, text, integer, jsonb, uuid, uuid[], smallint, text
) TO tanhui_app;
