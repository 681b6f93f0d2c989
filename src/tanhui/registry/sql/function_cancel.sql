-- Cancels a range of numbers. What is held is cancelled, in the blocks and in the books; what was
-- retired stays retired and is marked as not counting. What is reserved must be let go first.
-- Answers the ranges: those cancelled with their account, those invalid with their retirement.
CREATE FUNCTION registry_cancel(
    p_event_id uuid, p_at timestamptz, p_actor text, p_facts jsonb, p_serials int8range
)
RETURNS TABLE (
    first_number bigint, last_number bigint, account_id bigint, retirement_id uuid
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_accounts bigint[];
    v_kgs bigint[];
    v_ids uuid[];
    v_results text[];
    v_refused text;
    v_block record;
    v_cut int8range;
    v_child bigint;
BEGIN
    SELECT array_agg(DISTINCT block.account_id) INTO v_accounts
    FROM registry_block AS block
    WHERE block.serials && p_serials AND block.state = 'held';
    PERFORM ledger_lock_holders(coalesce(v_accounts, '{}'), 3::smallint);
    IF (
        SELECT coalesce(sum(upper(block.serials * p_serials) - lower(block.serials * p_serials)), 0)
        FROM registry_block AS block
        WHERE block.serials && p_serials
    ) <> upper(p_serials) - lower(p_serials) THEN
        RAISE EXCEPTION 'no_such_credits' USING ERRCODE = 'TH001';
    ELSIF EXISTS (
        SELECT FROM registry_block AS block
        WHERE block.serials && p_serials AND block.state = 'reserved'
    ) THEN
        RAISE EXCEPTION 'credits_reserved' USING ERRCODE = 'TH001';
    ELSIF EXISTS (
        SELECT FROM registry_block AS block
        WHERE block.serials && p_serials AND block.state = 'cancelled'
    ) OR EXISTS (
        SELECT FROM registry_invalid AS invalid WHERE invalid.serials && p_serials
    ) THEN
        RAISE EXCEPTION 'already_cancelled' USING ERRCODE = 'TH001';
    ELSIF EXISTS (
        SELECT FROM registry_block AS block
        WHERE
            block.serials && p_serials AND block.state = 'held'
            AND block.account_id <> ALL(coalesce(v_accounts, '{}'))
    ) THEN
        -- They were sold between two statements: the caller tries its transaction again.
        RAISE EXCEPTION 'race_lost' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO registry_event (id, kind, at, actor, facts)
    VALUES (p_event_id, 'cancel', p_at, p_actor, p_facts);
    SELECT
        array_agg(part.account_id ORDER BY part.account_id),
        array_agg(part.kg ORDER BY part.account_id),
        array_agg(gen_random_uuid())
    INTO v_accounts, v_kgs, v_ids
    FROM (
        SELECT
            block.account_id,
            sum(upper(block.serials * p_serials) - lower(block.serials * p_serials))::bigint AS kg
        FROM registry_block AS block
        WHERE block.serials && p_serials AND block.state = 'held'
        GROUP BY block.account_id
    ) AS part;
    IF v_accounts IS NOT NULL THEN
        v_results := ledger_post(
            v_ids, array_fill(0::smallint, ARRAY[cardinality(v_ids)]),
            v_accounts, array_fill(3::smallint, ARRAY[cardinality(v_ids)]),
            array_fill(0::bigint, ARRAY[cardinality(v_ids)]),
            array_fill(106::smallint, ARRAY[cardinality(v_ids)]), v_kgs,
            array_fill(NULL::uuid, ARRAY[cardinality(v_ids)]),
            array_fill(NULL::timestamptz, ARRAY[cardinality(v_ids)]),
            array_fill(10::smallint, ARRAY[cardinality(v_ids)]), p_at
        );
        SELECT result INTO v_refused FROM unnest(v_results) AS result WHERE result <> 'ok' LIMIT 1;
        IF v_refused IS NOT NULL THEN
            RAISE EXCEPTION '%', v_refused USING ERRCODE = 'TH001';
        END IF;
        INSERT INTO registry_line (event_id, ordinal, account_id, kg, transfer_id)
        SELECT p_event_id, item.ordinal, item.account_id, item.kg, item.transfer_id
        FROM unnest(v_accounts, v_kgs, v_ids)
        WITH ORDINALITY AS item (account_id, kg, transfer_id, ordinal);
    END IF;
    FOR v_block IN
        SELECT block.id, block.serials, block.account_id, block.issue_id
        FROM registry_block AS block
        WHERE block.serials && p_serials AND block.state = 'held'
        ORDER BY lower(block.serials)
    LOOP
        v_cut := v_block.serials * p_serials;
        v_child := v_block.id;
        IF v_cut = v_block.serials THEN
            UPDATE registry_block SET state = 'cancelled' WHERE id = v_block.id;
        ELSE
            -- The parent keeps what lies before the cut, or else what lies behind it.
            UPDATE registry_block
            SET serials = CASE
                WHEN lower(v_block.serials) < lower(v_cut)
                    THEN int8range(lower(v_block.serials), lower(v_cut))
                ELSE int8range(upper(v_cut), upper(v_block.serials))
            END
            WHERE id = v_block.id;
            INSERT INTO registry_block (serials, account_id, state, issue_id, parent_id)
            VALUES (v_cut, v_block.account_id, 'cancelled', v_block.issue_id, v_block.id)
            RETURNING id INTO v_child;
            IF
                lower(v_block.serials) < lower(v_cut) AND upper(v_cut) < upper(v_block.serials)
            THEN
                INSERT INTO registry_block (serials, account_id, state, issue_id, parent_id)
                VALUES (
                    int8range(upper(v_cut), upper(v_block.serials)), v_block.account_id, 'held',
                    v_block.issue_id, v_block.id
                );
            END IF;
        END IF;
        INSERT INTO registry_movement (
            event_id, serials, block_id, from_account_id, to_account_id, from_state, to_state
        ) VALUES (
            p_event_id, v_cut, v_child, v_block.account_id, v_block.account_id, 'held', 'cancelled'
        );
    END LOOP;
    INSERT INTO registry_invalid (serials, event_id, retirement_id)
    SELECT
        movement.serials * p_serials,
        p_event_id,
        coalesce(retirement.id, replacement.retirement_id)
    FROM registry_movement AS movement
    LEFT JOIN registry_retirement AS retirement ON retirement.ended_by = movement.event_id
    LEFT JOIN registry_replacement AS replacement ON replacement.event_id = movement.event_id
    WHERE movement.serials && p_serials AND movement.to_state = 'retired';
    RETURN QUERY
    SELECT lower(movement.serials), upper(movement.serials) - 1, movement.to_account_id, NULL::uuid
    FROM registry_movement AS movement
    WHERE movement.event_id = p_event_id
    UNION ALL
    SELECT lower(invalid.serials), upper(invalid.serials) - 1, NULL, invalid.retirement_id
    FROM registry_invalid AS invalid
    WHERE invalid.event_id = p_event_id
    ORDER BY 1;
END
$$;
REVOKE ALL ON FUNCTION registry_cancel(uuid, timestamptz, text, jsonb, int8range) FROM public;
GRANT EXECUTE ON FUNCTION registry_cancel(uuid, timestamptz, text, jsonb, int8range)
TO tanhui_app;
