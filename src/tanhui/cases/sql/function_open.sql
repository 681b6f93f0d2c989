-- Opens a case; its opening is the first row of its history.
CREATE FUNCTION cases_open(
    p_id uuid, p_kind text, p_version text, p_subject text, p_party_id bigint, p_facts jsonb,
    p_state text, p_actor text, p_person_id bigint, p_at timestamptz, p_clock_at timestamptz,
    p_clock_then text
)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    INSERT INTO cases_case (
        id, kind, version, subject, party_id, facts, state, steps, clock_at, clock_then, opened_at
    ) VALUES (
        p_id, p_kind, p_version, p_subject, p_party_id, p_facts, p_state, 1, p_clock_at,
        p_clock_then, p_at
    );
    INSERT INTO cases_step (
        case_id, number, step, from_state, to_state, actor, person_id, at, facts, files
    ) VALUES (p_id, 1, 'open', '', p_state, p_actor, p_person_id, p_at, '{}', '{}');
$$;
REVOKE ALL ON FUNCTION cases_open(
    uuid, text, text, text, bigint, jsonb, text, text, bigint, timestamptz, timestamptz, text
) FROM public;
GRANT EXECUTE ON FUNCTION cases_open(
    uuid, text, text, text, bigint, jsonb, text, text, bigint, timestamptz, timestamptz, text
) TO tanhui_app;
