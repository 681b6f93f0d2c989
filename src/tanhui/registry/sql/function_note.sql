-- Ties an event to its leaf in the public log, once.
CREATE FUNCTION registry_note(p_event_id uuid, p_outbox_id bigint)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    UPDATE registry_event SET outbox_id = p_outbox_id
    WHERE id = p_event_id AND outbox_id IS NULL
$$;
REVOKE ALL ON FUNCTION registry_note(uuid, bigint) FROM public;
GRANT EXECUTE ON FUNCTION registry_note(uuid, bigint) TO tanhui_app;
