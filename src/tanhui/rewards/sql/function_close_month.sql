-- Makes the settlements of a month that is over, each once; answers how many, or nothing when the
-- month is closed already. Months are closed in their order, because what is carried goes on.
-- Refuses by name (TH001): month_out_of_order.
CREATE FUNCTION rewards_close_month(
    p_month date, p_from timestamptz, p_to timestamptz, p_reason smallint, p_actor text,
    p_at timestamptz
)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_made rewards_settlement%ROWTYPE;
    v_id uuid;
    v_count integer;
    v_result text;
BEGIN
    LOCK TABLE rewards_settlement_month IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT 1 FROM rewards_settlement_month WHERE month = p_month) THEN
        RETURN NULL;
    ELSIF EXISTS (SELECT 1 FROM rewards_settlement_month WHERE month > p_month) THEN
        RAISE EXCEPTION 'month_out_of_order' USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO rewards_settlement_month (month, closed_at) VALUES (p_month, p_at);
    WITH line AS MATERIALIZED (
        SELECT * FROM rewards_statement_lines(p_from, p_to)
    ),

    pair AS (
        SELECT
            line.sponsor_id,
            line.merchant_id,
            sum(line.owed_fen)::bigint AS owed_fen,
            sum(line.returned_fen)::bigint AS returned_fen,
            coalesce((
                SELECT earlier.carried_fen
                FROM rewards_settlement AS earlier
                WHERE
                    earlier.sponsor_id = line.sponsor_id
                    AND earlier.merchant_id = line.merchant_id
                ORDER BY earlier.month DESC
                LIMIT 1
            ), 0) AS brought_fen
        FROM line
        GROUP BY line.sponsor_id, line.merchant_id
    ),

    settled AS (
        INSERT INTO rewards_settlement (
            month, sponsor_id, merchant_id, owed_fen, returned_fen, brought_fen, due_fen,
            carried_fen, at
        )
        SELECT
            p_month,
            pair.sponsor_id,
            pair.merchant_id,
            pair.owed_fen,
            pair.returned_fen,
            pair.brought_fen,
            greatest(pair.owed_fen - pair.returned_fen + pair.brought_fen, 0),
            least(pair.owed_fen - pair.returned_fen + pair.brought_fen, 0),
            p_at
        FROM pair
        ORDER BY pair.sponsor_id, pair.merchant_id
        RETURNING id, sponsor_id, merchant_id
    )

    INSERT INTO rewards_settlement_line (
        settlement_id, funding_id, offer_id, units, points, owed_fen, returned_units,
        returned_points, returned_fen
    )
    SELECT
        settled.id,
        line.funding_id,
        line.offer_id,
        line.units,
        line.points,
        line.owed_fen,
        line.returned_units,
        line.returned_points,
        line.returned_fen
    FROM line
    INNER JOIN settled
        ON line.sponsor_id = settled.sponsor_id AND line.merchant_id = settled.merchant_id;
    SELECT count(*) INTO v_count FROM rewards_settlement WHERE month = p_month;
    -- Whoever is its own sponsor owes nobody.
    FOR v_made IN
        SELECT * FROM rewards_settlement
        WHERE month = p_month AND sponsor_id = merchant_id AND due_fen > 0
        ORDER BY id
    LOOP
        v_id := gen_random_uuid();
        v_result := ledger_post_one(
            v_id, 0::smallint, v_made.merchant_id, 112::smallint, v_made.merchant_id,
            113::smallint, v_made.due_fen, p_reason, p_at
        );
        IF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
        INSERT INTO rewards_settlement_act (
            settlement_id, number, kind, organisation_id, reference, words, transfer_id, actor, at
        ) VALUES (v_made.id, 1, 'own', v_made.merchant_id, '', '', v_id, p_actor, p_at);
    END LOOP;
    RETURN v_count;
END
$$;
REVOKE ALL ON FUNCTION rewards_close_month(
    date, timestamptz, timestamptz, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_close_month(
    date, timestamptz, timestamptz, smallint, text, timestamptz
) TO tanhui_app;
