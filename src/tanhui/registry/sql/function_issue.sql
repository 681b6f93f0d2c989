-- Issues a verified period under the next numbers: the holder's kilograms first, the buffer's last.
-- The row of the cap and that of the counter are waited for, so issuances come one after another.
CREATE FUNCTION registry_issue(
    p_event_id uuid, p_at timestamptz, p_actor text, p_facts jsonb, p_period_id bigint,
    p_project_id bigint, p_vintage smallint, p_holder integer, p_kg bigint, p_buffer_kg bigint,
    p_cap_kg bigint, p_transfer_ids uuid[], p_said jsonb, p_key text, p_signature text
)
RETURNS TABLE (first_number bigint, last_number bigint, account_id bigint, target_id bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_cap record;
    v_next bigint;
    v_accounts bigint[];
    v_kgs bigint[];
    v_results text[];
    v_refused text;
    v_block bigint;
    v_range int8range;
BEGIN
    IF p_kg <= 0 OR p_buffer_kg < 0 OR p_buffer_kg >= p_kg THEN
        RAISE EXCEPTION 'nothing_to_issue' USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO registry_cap (project_id, vintage, cap_kg)
    VALUES (p_project_id, p_vintage, p_cap_kg)
    ON CONFLICT ON CONSTRAINT registry_cap_pkey DO UPDATE SET cap_kg = excluded.cap_kg
    WHERE excluded.cap_kg >= registry_cap.issued_kg;
    SELECT cap.cap_kg, cap.issued_kg INTO v_cap
    FROM registry_cap AS cap
    WHERE cap.project_id = p_project_id AND cap.vintage = p_vintage
    FOR UPDATE;
    IF EXISTS (SELECT FROM registry_issuance AS known WHERE known.period_id = p_period_id) THEN
        RAISE EXCEPTION 'period_already_issued' USING ERRCODE = 'TH001';
    END IF;
    IF v_cap.issued_kg + p_kg > least(v_cap.cap_kg, p_cap_kg) THEN
        RAISE EXCEPTION 'cap_exceeded' USING ERRCODE = 'TH001';
    END IF;
    UPDATE registry_cap AS cap SET issued_kg = cap.issued_kg + p_kg
    WHERE cap.project_id = p_project_id AND cap.vintage = p_vintage;
    INSERT INTO registry_counter DEFAULT VALUES ON CONFLICT DO NOTHING;
    UPDATE registry_counter AS counter SET next_number = counter.next_number + p_kg
    RETURNING counter.next_number - p_kg INTO v_next;
    INSERT INTO registry_event (id, kind, at, actor, facts)
    VALUES (p_event_id, 'issue', p_at, p_actor, p_facts);
    v_accounts := ARRAY[registry_account_of(p_holder, p_project_id, p_vintage, p_at)];
    v_kgs := ARRAY[p_kg - p_buffer_kg];
    IF p_buffer_kg > 0 THEN
        v_accounts := v_accounts || registry_account_of(NULL, p_project_id, p_vintage, p_at);
        v_kgs := v_kgs || p_buffer_kg;
    END IF;
    v_results := ledger_post(
        p_transfer_ids[1:cardinality(v_kgs)],
        array_fill(0::smallint, ARRAY[cardinality(v_kgs)]),
        array_fill(0::bigint, ARRAY[cardinality(v_kgs)]),
        array_fill(104::smallint, ARRAY[cardinality(v_kgs)]),
        v_accounts, array_fill(3::smallint, ARRAY[cardinality(v_kgs)]), v_kgs,
        array_fill(NULL::uuid, ARRAY[cardinality(v_kgs)]),
        array_fill(NULL::timestamptz, ARRAY[cardinality(v_kgs)]),
        array_fill(6::smallint, ARRAY[cardinality(v_kgs)]), p_at
    );
    SELECT result INTO v_refused FROM unnest(v_results) AS result WHERE result <> 'ok' LIMIT 1;
    IF v_refused IS NOT NULL THEN
        RAISE EXCEPTION '%', v_refused USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO registry_issuance (
        event_id, period_id, project_id, vintage, serials, buffer_kg, said, verifier_key, signature
    ) VALUES (
        p_event_id, p_period_id, p_project_id, p_vintage, int8range(v_next, v_next + p_kg),
        p_buffer_kg, p_said, p_key, p_signature
    );
    FOR i IN 1..cardinality(v_kgs) LOOP
        v_range := int8range(v_next, v_next + v_kgs[i]);
        v_next := v_next + v_kgs[i];
        INSERT INTO registry_block (serials, account_id, state, issue_id)
        VALUES (v_range, v_accounts[i], 'held', p_event_id)
        RETURNING id INTO v_block;
        INSERT INTO registry_line (event_id, ordinal, account_id, kg, transfer_id)
        VALUES (p_event_id, i, v_accounts[i], v_kgs[i], p_transfer_ids[i]);
        INSERT INTO registry_movement (event_id, serials, block_id, to_account_id, to_state)
        VALUES (p_event_id, v_range, v_block, v_accounts[i], 'held');
    END LOOP;
    RETURN QUERY
    SELECT
        lower(movement.serials),
        upper(movement.serials) - 1,
        movement.to_account_id,
        movement.to_account_id
    FROM registry_movement AS movement
    WHERE movement.event_id = p_event_id
    ORDER BY lower(movement.serials);
END
$$;
REVOKE ALL ON FUNCTION registry_issue(
    uuid, timestamptz, text, jsonb, bigint, bigint, smallint, integer, bigint, bigint, bigint,
    uuid[], jsonb, text, text
) FROM public;
GRANT EXECUTE ON FUNCTION registry_issue(
    uuid, timestamptz, text, jsonb, bigint, bigint, smallint, integer, bigint, bigint, bigint,
    uuid[], jsonb, text, text
) TO tanhui_app;
