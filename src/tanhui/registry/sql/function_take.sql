-- Takes kilograms out of an account, the lowest numbers first, and puts them where they go.
-- Internal: its callers hold the account's lock in the books, so no block of it changes meanwhile.
-- A part is cut off the front: the parent shrinks first, then the child is inserted, so that no
-- number is ever in two blocks. The blocks are read in their index's order, so that an account of
-- many is not sorted to take a little of it.
CREATE FUNCTION registry_take(
    p_event_id uuid, p_from_account_id bigint, p_to_account_id bigint, p_kg bigint,
    p_to_state text, p_hold_id uuid
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_sort = off
SET enable_bitmapscan = off
AS $$
DECLARE
    v_left bigint := p_kg;
    v_width bigint;
    v_block record;
    v_taken int8range;
    v_taken_id bigint;
BEGIN
    FOR v_block IN
        SELECT block.id, block.serials, block.issue_id
        FROM registry_block AS block
        WHERE block.account_id = p_from_account_id AND block.state = 'held'
        ORDER BY lower(block.serials)
    LOOP
        v_width := upper(v_block.serials) - lower(v_block.serials);
        IF v_width <= v_left THEN
            v_taken := v_block.serials;
            v_taken_id := v_block.id;
            UPDATE registry_block
            SET account_id = p_to_account_id, state = p_to_state, hold_id = p_hold_id
            WHERE id = v_block.id;
        ELSE
            v_taken := int8range(lower(v_block.serials), lower(v_block.serials) + v_left);
            UPDATE registry_block
            SET serials = int8range(upper(v_taken), upper(v_block.serials))
            WHERE id = v_block.id;
            INSERT INTO registry_block (serials, account_id, state, issue_id, hold_id, parent_id)
            VALUES (
                v_taken, p_to_account_id, p_to_state, v_block.issue_id, p_hold_id, v_block.id
            )
            RETURNING id INTO v_taken_id;
        END IF;
        INSERT INTO registry_movement (
            event_id, serials, block_id, from_account_id, to_account_id, from_state, to_state
        ) VALUES (
            p_event_id, v_taken, v_taken_id, p_from_account_id, p_to_account_id, 'held', p_to_state
        );
        v_left := v_left - least(v_width, v_left);
        EXIT WHEN v_left = 0;
    END LOOP;
    IF v_left <> 0 THEN
        RAISE EXCEPTION 'blocks_differ_from_books' USING ERRCODE = 'data_corrupted';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION registry_take(uuid, bigint, bigint, bigint, text, uuid) FROM public;
