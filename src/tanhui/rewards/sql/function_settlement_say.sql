-- What a sponsor or a merchant says of a settlement: paid, received, disputed, answered. When the
-- merchant says that it has what the sponsor says it paid, the books move from due to paid. Refuses
-- by name (TH001).
CREATE FUNCTION rewards_settlement_say(
    p_settlement_id bigint, p_organisation_id integer, p_kind text, p_reference text,
    p_words text, p_transfer_id uuid, p_reason smallint, p_actor text, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement rewards_settlement%ROWTYPE;
    v_last rewards_settlement_act%ROWTYPE;
    v_result text;
BEGIN
    SELECT * INTO v_settlement FROM rewards_settlement WHERE id = p_settlement_id FOR UPDATE;
    IF NOT FOUND OR p_organisation_id NOT IN (v_settlement.sponsor_id, v_settlement.merchant_id)
    THEN
        RAISE EXCEPTION 'no_such_settlement' USING ERRCODE = 'TH001';
    ELSIF p_kind = 'paid' AND p_organisation_id <> v_settlement.sponsor_id
        OR p_kind = 'received' AND p_organisation_id <> v_settlement.merchant_id
    THEN
        RAISE EXCEPTION 'settlement_not_yours' USING ERRCODE = 'TH001';
    ELSIF v_settlement.due_fen = 0 THEN
        RAISE EXCEPTION 'nothing_to_settle' USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_last FROM rewards_settlement_act
    WHERE settlement_id = p_settlement_id
    ORDER BY number DESC
    LIMIT 1;
    IF v_last.kind IN ('received', 'own') THEN
        RAISE EXCEPTION 'settlement_settled' USING ERRCODE = 'TH001';
    ELSIF p_kind = 'paid' AND v_last.kind = 'paid' THEN
        RAISE EXCEPTION 'settlement_said_paid' USING ERRCODE = 'TH001';
    ELSIF p_kind = 'received' AND NOT EXISTS (
        SELECT 1 FROM rewards_settlement_act
        WHERE settlement_id = p_settlement_id AND kind = 'paid'
    ) THEN
        RAISE EXCEPTION 'settlement_unpaid' USING ERRCODE = 'TH001';
    ELSIF p_kind = 'answered' AND (
        v_last.kind IS DISTINCT FROM 'disputed' OR v_last.organisation_id = p_organisation_id
    ) THEN
        RAISE EXCEPTION 'settlement_not_disputed' USING ERRCODE = 'TH001';
    END IF;
    IF p_kind = 'received' THEN
        v_result := ledger_post_one(
            p_transfer_id, 0::smallint, v_settlement.merchant_id, 112::smallint,
            v_settlement.merchant_id, 113::smallint, v_settlement.due_fen, p_reason, p_at
        );
        IF v_result <> 'ok' THEN
            RAISE EXCEPTION '%', v_result USING ERRCODE = 'TH001';
        END IF;
    END IF;
    INSERT INTO rewards_settlement_act (
        settlement_id, number, kind, organisation_id, reference, words, transfer_id, actor, at
    ) VALUES (
        p_settlement_id, 1 + coalesce(v_last.number, 0), p_kind, p_organisation_id, p_reference,
        p_words, CASE WHEN p_kind = 'received' THEN p_transfer_id END, p_actor, p_at
    );
END
$$;
REVOKE ALL ON FUNCTION rewards_settlement_say(
    bigint, integer, text, text, text, uuid, smallint, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_settlement_say(
    bigint, integer, text, text, text, uuid, smallint, text, timestamptz
) TO tanhui_app;
