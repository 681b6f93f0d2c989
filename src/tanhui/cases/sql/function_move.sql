-- Takes one step: the row of history and the case's new state are one. A closed case is never
-- moved, a step starts where the case is, and nobody comes twice where two persons are asked for.
CREATE FUNCTION cases_move(
    p_case_id uuid, p_number integer, p_step text, p_from text, p_to text, p_ends boolean,
    p_clock_at timestamptz, p_clock_then text, p_not_by text[], p_actor text, p_person_id bigint,
    p_words_hash bytea, p_words bytea, p_facts jsonb, p_files text[], p_at timestamptz
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
    ELSIF (v_case.state, v_case.steps + 1) IS DISTINCT FROM (p_from, p_number) THEN
        RAISE EXCEPTION 'case_moved' USING ERRCODE = 'check_violation';
    ELSIF (p_words_hash IS NULL) <> (p_words IS NULL) THEN
        RAISE EXCEPTION 'words_and_hash_together' USING ERRCODE = 'check_violation';
    ELSIF p_ends IS NULL OR (p_ends AND p_clock_at IS NOT NULL) THEN
        RAISE EXCEPTION 'closed_rests' USING ERRCODE = 'check_violation';
    ELSIF EXISTS (
        SELECT FROM cases_step AS earlier
        WHERE
            earlier.case_id = p_case_id
            AND earlier.step = ANY(p_not_by)
            AND earlier.person_id = p_person_id
    ) THEN
        RAISE EXCEPTION 'own_earlier_step' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO cases_step (
        case_id, number, step, from_state, to_state, actor, person_id, at, words_hash, facts, files
    ) VALUES (
        p_case_id, p_number, p_step, p_from, p_to, p_actor, p_person_id, p_at, p_words_hash,
        p_facts, p_files
    );
    IF p_words IS NOT NULL THEN
        INSERT INTO cases_words (case_id, number, sealed) VALUES (p_case_id, p_number, p_words);
    END IF;
    UPDATE cases_case
    SET
        state = p_to,
        steps = p_number,
        clock_at = p_clock_at,
        clock_then = p_clock_then,
        closed_at = CASE WHEN p_ends THEN p_at END
    WHERE id = p_case_id;
END
$$;
REVOKE ALL ON FUNCTION cases_move(
    uuid, integer, text, text, text, boolean, timestamptz, text, text[], text, bigint, bytea,
    bytea, jsonb, text[], timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION cases_move(
    uuid, integer, text, text, text, boolean, timestamptz, text, text[], text, bigint, bytea,
    bytea, jsonb, text[], timestamptz
) TO tanhui_app;
