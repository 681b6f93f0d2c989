-- Tells the public log of an event and ties the two together, once for each event.
CREATE FUNCTION registry_note(p_event_id uuid, p_leaf bytea, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_outbox_id bigint;
BEGIN
    INSERT INTO publiclog_outbox (at, leaf) VALUES (p_at, p_leaf) RETURNING id INTO v_outbox_id;
    UPDATE registry_event SET outbox_id = v_outbox_id
    WHERE id = p_event_id AND outbox_id IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event_already_told' USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_outbox_id;
END
$$;
REVOKE ALL ON FUNCTION registry_note(uuid, bytea, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION registry_note(uuid, bytea, timestamptz) TO tanhui_app;
