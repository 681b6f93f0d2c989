-- Opens the next period of a project. The project waits meanwhile, so numbers come one by one.
CREATE FUNCTION projects_open_period(
    p_project_id bigint, p_first date, p_last date, p_at timestamptz
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_project projects_project%ROWTYPE;
    v_id bigint;
BEGIN
    SELECT * INTO v_project FROM projects_project WHERE id = p_project_id FOR UPDATE;
    IF NOT FOUND OR v_project.state <> 'registered' THEN
        RAISE EXCEPTION 'project_not_registered' USING ERRCODE = 'check_violation';
    ELSIF NOT daterange(p_first, p_last, '[]') <@ v_project.crediting THEN
        RAISE EXCEPTION 'period_outside_crediting' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO projects_period (project_id, number, days, opened_at)
    SELECT
        p_project_id, coalesce(max(earlier.number), 0) + 1,
        daterange(p_first, p_last, '[]'), p_at
    FROM projects_period AS earlier
    WHERE earlier.project_id = p_project_id
    RETURNING id INTO v_id;
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION projects_open_period(bigint, date, date, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION projects_open_period(bigint, date, date, timestamptz) TO tanhui_app;

-- Keeps a period for the transaction, so that what is read of it next holds until the end.
CREATE FUNCTION projects_lock_period(p_id bigint)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT 1 FROM projects_period WHERE id = p_id FOR UPDATE;
$$;
REVOKE ALL ON FUNCTION projects_lock_period(bigint) FROM public;
GRANT EXECUTE ON FUNCTION projects_lock_period(bigint) TO tanhui_app;

-- The opinion on the version of a period's report that was handed in last; null without one.
CREATE FUNCTION projects_opinion_of(p_period_id bigint)
RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = public, pg_temp
AS $$
    SELECT told.id
    FROM projects_opinion AS told
    WHERE
        told.subject = 'period:' || p_period_id
        AND told.positive
        AND told.version = (
            SELECT max(handed.report) FROM projects_submission AS handed
            WHERE handed.period_id = p_period_id
        );
$$;
REVOKE ALL ON FUNCTION projects_opinion_of(bigint) FROM public;
GRANT EXECUTE ON FUNCTION projects_opinion_of(bigint) TO tanhui_app;

-- Moves a period to where its case stands. It is verified by a positive opinion on what was handed
-- in last, with every finding closed; approved by two persons on that opinion; issued once.
CREATE FUNCTION projects_move_period(
    p_id bigint, p_from text, p_to text, p_event_id uuid, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_state text;
BEGIN
    SELECT state INTO v_state FROM projects_period WHERE id = p_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_period' USING ERRCODE = 'foreign_key_violation';
    ELSIF v_state IS DISTINCT FROM p_from THEN
        RAISE EXCEPTION 'period_moved' USING ERRCODE = 'check_violation';
    ELSIF (p_from || '>' || p_to) IS NULL OR (p_from || '>' || p_to) <> ALL (ARRAY[
        'open>submitted', 'submitted>verifying', 'submitted>returned',
        'verifying>returned', 'verifying>verified', 'verifying>refused', 'returned>submitted',
        'returned>verifying', 'verified>returned', 'verified>proposed', 'proposed>verified',
        'proposed>approved', 'approved>issued', 'open>withdrawn', 'submitted>withdrawn',
        'verifying>withdrawn', 'returned>withdrawn', 'verified>withdrawn'
    ]) THEN
        RAISE EXCEPTION 'no_such_way' USING ERRCODE = 'check_violation';
    ELSIF (p_to = 'issued') <> (p_event_id IS NOT NULL) THEN
        RAISE EXCEPTION 'event_with_issuance' USING ERRCODE = 'check_violation';
    ELSIF p_to IN ('submitted', 'verifying') AND NOT EXISTS (
        SELECT FROM projects_submission WHERE period_id = p_id
    ) THEN
        RAISE EXCEPTION 'report_missing' USING ERRCODE = 'check_violation';
    ELSIF p_to IN ('verified', 'proposed', 'approved', 'issued')
        AND projects_opinion_of(p_id) IS NULL
    THEN
        RAISE EXCEPTION 'opinion_missing' USING ERRCODE = 'check_violation';
    ELSIF p_to = 'verified' AND EXISTS (
        SELECT
        FROM projects_finding AS asked
        WHERE
            asked.subject = 'period:' || p_id
            AND NOT EXISTS (
                SELECT FROM projects_finding_word AS word
                WHERE word.finding_id = asked.id AND word.act = 'close'
            )
    ) THEN
        RAISE EXCEPTION 'findings_open' USING ERRCODE = 'check_violation';
    ELSIF p_to IN ('approved', 'issued') AND NOT EXISTS (
        SELECT FROM projects_approval
        WHERE
            period_id = p_id
            AND opinion_id = projects_opinion_of(p_id)
            AND proposer_id = (
                SELECT step.person_id
                FROM cases_step AS step
                INNER JOIN cases_case AS found ON step.case_id = found.id
                WHERE
                    found.kind = 'monitoring-report'
                    AND found.subject = 'period:' || p_id
                    AND step.step = 'propose'
                ORDER BY step.number DESC
                LIMIT 1
            )
    ) THEN
        RAISE EXCEPTION 'two_persons_decide' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE projects_period
    SET
        state = p_to,
        event_id = p_event_id,
        issued_at = CASE WHEN p_to = 'issued' THEN p_at END
    WHERE id = p_id;
END
$$;
REVOKE ALL ON FUNCTION projects_move_period(bigint, text, text, uuid, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION projects_move_period(
    bigint, text, text, uuid, timestamptz
) TO tanhui_app;
