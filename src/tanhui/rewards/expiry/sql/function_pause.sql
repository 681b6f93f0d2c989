-- Begins a pause with this month, for so many months. Refuses `pause_used` while another goes on or
-- began less than p_every months before. The citizen's account is the lock.
CREATE FUNCTION rewards_pause_begin(
    p_citizen_id bigint, p_month smallint, p_months smallint, p_every smallint, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_before rewards_pause%ROWTYPE;
BEGIN
    PERFORM 1 FROM ledger_account WHERE holder_id = p_citizen_id AND kind = 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing_to_pause' USING ERRCODE = 'TH001';
    END IF;
    SELECT * INTO v_before FROM rewards_pause
    WHERE citizen_id = p_citizen_id
    ORDER BY first_month DESC
    LIMIT 1;
    IF v_before.first_month > p_month - p_every OR v_before.last_month >= p_month THEN
        RAISE EXCEPTION 'pause_used' USING ERRCODE = 'TH001',
            DETAIL = json_build_object(
                'month', greatest(v_before.first_month + p_every, v_before.last_month + 1)
            )::text;
    END IF;
    INSERT INTO rewards_pause (citizen_id, first_month, last_month, at)
    VALUES (p_citizen_id, p_month, p_month + p_months - 1, p_at);
END
$$;
REVOKE ALL ON FUNCTION rewards_pause_begin(bigint, smallint, smallint, smallint, timestamptz)
FROM public;
GRANT EXECUTE ON FUNCTION rewards_pause_begin(bigint, smallint, smallint, smallint, timestamptz)
TO tanhui_app;

-- Ends a pause with this month, which is paused still. Refuses `not_paused`.
CREATE FUNCTION rewards_pause_end(p_citizen_id bigint, p_month smallint, p_at timestamptz)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM ledger_account WHERE holder_id = p_citizen_id AND kind = 1 FOR NO KEY UPDATE;
    UPDATE rewards_pause SET last_month = p_month, ended_at = p_at
    WHERE
        citizen_id = p_citizen_id
        AND ended_at IS NULL
        AND p_month BETWEEN first_month AND last_month;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not_paused' USING ERRCODE = 'TH001';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rewards_pause_end(bigint, smallint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_pause_end(bigint, smallint, timestamptz) TO tanhui_app;
