-- One event that takes kilograms from accounts: their blocks and the books move together.
--
-- A line names a holder (none: the project's buffer), project, vintage and kilograms. With a target
-- it goes into the target's account; otherwise into the pool of p_pool_kind, at once (p_phase 0) or
-- reserved for it (1). The books are asked first: they lock the accounts in order and refuse what
-- nobody has. Answers the ranges that were taken, in order.
CREATE FUNCTION registry_move(
    p_event_id uuid, p_kind text, p_at timestamptz, p_actor text, p_organisation_id integer,
    p_reference text, p_facts jsonb, p_holders integer[], p_projects text[],
    p_vintages smallint[], p_kgs bigint[], p_transfer_ids uuid[], p_target integer,
    p_pool_kind smallint, p_phase smallint, p_to_state text, p_reason smallint
)
RETURNS TABLE (
    first_number bigint, last_number bigint, account_id bigint, target_id bigint, issue_id uuid
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_lines integer := cardinality(p_kgs);
    v_from bigint[];
    v_to bigint[];
    v_results text[];
    v_refused text;
    v_hold uuid := CASE WHEN p_to_state = 'reserved' THEN p_event_id END;
    v_project_id bigint;
BEGIN
    INSERT INTO registry_event (id, kind, at, actor, organisation_id, reference, facts)
    VALUES (p_event_id, p_kind, p_at, p_actor, p_organisation_id, p_reference, p_facts)
    ON CONFLICT ON CONSTRAINT registry_event_reference_once DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'reference_known' USING ERRCODE = 'TH001';
    END IF;
    FOR i IN 1..v_lines LOOP
        SELECT project.id INTO v_project_id
        FROM projects_project AS project
        WHERE project.code = p_projects[i];
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no_such_project' USING ERRCODE = 'TH001';
        END IF;
        v_from[i] := registry_account_of(p_holders[i], v_project_id, p_vintages[i], p_at);
        IF p_target IS NULL THEN
            v_to[i] := v_from[i];
        ELSE
            v_to[i] := registry_account_of(p_target, v_project_id, p_vintages[i], p_at);
        END IF;
    END LOOP;
    IF v_lines = 1 THEN
        v_results := ARRAY[ledger_post_one(
            p_transfer_ids[1], p_phase, v_from[1], 3::smallint,
            CASE WHEN p_target IS NULL THEN 0 ELSE v_to[1] END,
            CASE WHEN p_target IS NULL THEN p_pool_kind ELSE 3::smallint END,
            p_kgs[1], p_reason, p_at
        )];
    ELSE
        v_results := ledger_post(
            p_transfer_ids, array_fill(p_phase, ARRAY[v_lines]),
            v_from, array_fill(3::smallint, ARRAY[v_lines]),
            CASE
                WHEN p_target IS NULL THEN array_fill(0::bigint, ARRAY[v_lines])
                ELSE v_to
            END,
            array_fill(
                CASE WHEN p_target IS NULL THEN p_pool_kind ELSE 3::smallint END, ARRAY[v_lines]
            ),
            p_kgs, array_fill(NULL::uuid, ARRAY[v_lines]),
            array_fill(NULL::timestamptz, ARRAY[v_lines]),
            array_fill(p_reason, ARRAY[v_lines]), p_at
        );
    END IF;
    SELECT result INTO v_refused FROM unnest(v_results) AS result WHERE result <> 'ok' LIMIT 1;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION '%', v_refused USING ERRCODE = 'TH001';
    END IF;
    FOR i IN 1..v_lines LOOP
        INSERT INTO registry_line (event_id, ordinal, account_id, kg, transfer_id)
        VALUES (p_event_id, i, v_from[i], p_kgs[i], p_transfer_ids[i]);
        PERFORM registry_take(p_event_id, v_from[i], v_to[i], p_kgs[i], p_to_state, v_hold);
    END LOOP;
    RETURN QUERY
    SELECT
        lower(movement.serials),
        upper(movement.serials) - 1,
        movement.from_account_id,
        movement.to_account_id,
        block.issue_id
    FROM registry_movement AS movement
    INNER JOIN registry_block AS block ON movement.block_id = block.id
    WHERE movement.event_id = p_event_id
    ORDER BY lower(movement.serials);
END
$$;
REVOKE ALL ON FUNCTION registry_move(
    uuid, text, timestamptz, text, integer, text, jsonb, integer[], text[], smallint[],
    bigint[], uuid[], integer, smallint, smallint, text, smallint
) FROM public;
GRANT EXECUTE ON FUNCTION registry_move(
    uuid, text, timestamptz, text, integer, text, jsonb, integer[], text[], smallint[],
    bigint[], uuid[], integer, smallint, smallint, text, smallint
) TO tanhui_app;
