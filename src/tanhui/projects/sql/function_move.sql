-- Keeps a project for the transaction, so that what is read of it next holds until the end.
CREATE FUNCTION projects_lock(p_id bigint)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT 1 FROM projects_project WHERE id = p_id FOR UPDATE;
$$;
REVOKE ALL ON FUNCTION projects_lock(bigint) FROM public;
GRANT EXECUTE ON FUNCTION projects_lock(bigint) TO tanhui_app;

-- Moves a project to where its case stands. Only ways that a project can go are open, and what two
-- persons decide is not entered before their decision is written.
CREATE FUNCTION projects_move(
    p_id bigint, p_from text, p_to text, p_crediting daterange, p_cap_kg bigint,
    p_buffer_percent smallint, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_state text;
BEGIN
    SELECT state INTO v_state FROM projects_project WHERE id = p_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_project' USING ERRCODE = 'foreign_key_violation';
    ELSIF v_state IS DISTINCT FROM p_from THEN
        RAISE EXCEPTION 'project_moved' USING ERRCODE = 'check_violation';
    ELSIF (p_from || '>' || p_to) IS NULL OR (p_from || '>' || p_to) <> ALL (ARRAY[
        'draft>filed', 'draft>withdrawn', 'filed>returned', 'filed>complete', 'filed>withdrawn',
        'returned>filed', 'returned>withdrawn', 'complete>noticed', 'complete>withdrawn',
        'noticed>heard', 'noticed>withdrawn', 'heard>assigned', 'heard>refusing',
        'heard>withdrawn', 'assigned>heard', 'assigned>verified', 'assigned>withdrawn',
        'verified>proposed', 'verified>refusing', 'verified>withdrawn', 'proposed>registered',
        'proposed>verified', 'proposed>withdrawn', 'refusing>refused', 'refusing>heard',
        'refusing>verified', 'refusing>withdrawn', 'registered>struck_off', 'registered>ended'
    ]) THEN
        RAISE EXCEPTION 'no_such_way' USING ERRCODE = 'check_violation';
    ELSIF p_to IN ('registered', 'refused', 'struck_off') AND NOT EXISTS (
        SELECT FROM projects_decision WHERE project_id = p_id AND decision = p_to
    ) THEN
        RAISE EXCEPTION 'two_persons_decide' USING ERRCODE = 'check_violation';
    ELSIF p_to <> 'registered' AND (
        p_crediting IS NOT NULL OR p_cap_kg IS NOT NULL OR p_buffer_percent IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'terms_with_registration' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE projects_project
    SET
        state = p_to,
        filed_at = CASE WHEN p_to = 'filed' THEN p_at ELSE filed_at END,
        registered_at = CASE WHEN p_to = 'registered' THEN p_at ELSE registered_at END,
        ended_at = CASE
            WHEN p_to IN ('refused', 'withdrawn', 'struck_off', 'ended') THEN p_at
        END,
        crediting = CASE WHEN p_to = 'registered' THEN p_crediting ELSE crediting END,
        cap_kg = CASE WHEN p_to = 'registered' THEN p_cap_kg ELSE cap_kg END,
        buffer_percent = CASE
            WHEN p_to = 'registered' THEN p_buffer_percent ELSE buffer_percent
        END
    WHERE id = p_id;
END
$$;
REVOKE ALL ON FUNCTION projects_move(
    bigint, text, text, daterange, bigint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION projects_move(
    bigint, text, text, daterange, bigint, smallint, timestamptz
) TO tanhui_app;
