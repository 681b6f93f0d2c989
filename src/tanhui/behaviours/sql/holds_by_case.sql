-- A person's refusal goes through a case, and no hold ends while a case about it goes on.
CREATE FUNCTION behaviours_hold_end_by_case()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_case AS live
        WHERE
            live.kind = 'hold-appeal'
            AND live.subject = 'hold:' || NEW.hold_id::text
            AND live.closed_at IS NULL
    ) THEN
        RAISE EXCEPTION 'hold_has_a_live_case' USING ERRCODE = 'check_violation';
    ELSIF NEW.outcome = 'reversed' AND NOT (
        (NEW.actor = 'platform' AND NEW.reason IN ('superseded', 'account_closed'))
        OR EXISTS (
            SELECT FROM cases_case AS closed
            WHERE
                closed.kind = 'hold-appeal'
                AND closed.subject = 'hold:' || NEW.hold_id::text
                AND closed.state = 'refused'
        )
    ) THEN
        RAISE EXCEPTION 'hold_refused_without_a_case' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION behaviours_hold_end_by_case() FROM public;
CREATE TRIGGER behaviours_hold_end_case
BEFORE INSERT ON behaviours_hold_end
FOR EACH ROW EXECUTE FUNCTION behaviours_hold_end_by_case();

-- Who opened the evidence of a hold on which day: one audit row for each.
CREATE TABLE behaviours_hold_opened (
    hold_id uuid NOT NULL REFERENCES behaviours_hold (id),
    reviewer text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (hold_id, reviewer, day)
);
GRANT SELECT, INSERT ON behaviours_hold_opened TO tanhui_app;
