-- Gives a case to a person; that it was given is a row of its history.
CREATE FUNCTION cases_assign(
    p_case_id uuid, p_number integer, p_assignee_id bigint, p_actor text, p_person_id bigint,
    p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_case cases_case%ROWTYPE;
BEGIN
    SELECT * INTO v_case FROM cases_case WHERE id = p_case_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_case' USING ERRCODE = 'foreign_key_violation';
    ELSIF v_case.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'case_closed' USING ERRCODE = 'check_violation';
    ELSIF v_case.steps + 1 IS DISTINCT FROM p_number THEN
        RAISE EXCEPTION 'case_moved' USING ERRCODE = 'check_violation';
    ELSIF p_assignee_id IS NULL OR p_assignee_id = v_case.party_id THEN
        RAISE EXCEPTION 'conflict_of_interest' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO cases_step (
        case_id, number, step, from_state, to_state, actor, person_id, at, facts, files
    ) VALUES (
        p_case_id, p_number, 'assign', v_case.state, v_case.state, p_actor, p_person_id, p_at,
        jsonb_build_object('assignee', p_assignee_id), '{}'
    );
    UPDATE cases_case SET steps = p_number, assignee_id = p_assignee_id WHERE id = p_case_id;
END
$$;
REVOKE ALL ON FUNCTION cases_assign(uuid, integer, bigint, text, bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION cases_assign(
    uuid, integer, bigint, text, bigint, timestamptz
) TO tanhui_app;
