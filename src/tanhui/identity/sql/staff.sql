-- Second factors, seats by two persons, and what of them may never go back.

CREATE FUNCTION identity_second_factor_goes_on()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF old.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a second factor that has ended stays as it is'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_secondfactor_ended_stays';
    END IF;
    IF new.last_step < old.last_step THEN
        RAISE EXCEPTION 'a time step that was used is never good again'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_secondfactor_steps_go_up';
    END IF;
    IF old.confirmed_at IS NOT NULL AND new.confirmed_at IS DISTINCT FROM old.confirmed_at THEN
        RAISE EXCEPTION 'a second factor is confirmed once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_secondfactor_confirmed_once';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER identity_secondfactor_goes_on
BEFORE UPDATE ON identity_secondfactor
FOR EACH ROW EXECUTE FUNCTION identity_second_factor_goes_on();

CREATE FUNCTION identity_recovery_code_is_used_once()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF old.used_at IS NOT NULL THEN
        RAISE EXCEPTION 'a recovery code is used once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_recoverycode_once';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER identity_recoverycode_used_once
BEFORE UPDATE ON identity_recoverycode
FOR EACH ROW EXECUTE FUNCTION identity_recovery_code_is_used_once();

CREATE FUNCTION identity_seat_proposal_is_decided_once()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF old.outcome IS NOT NULL THEN
        RAISE EXCEPTION 'a proposal is decided once'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_seatproposal_decided_once';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER identity_seatproposal_decided_once
BEFORE UPDATE ON identity_seatproposal
FOR EACH ROW EXECUTE FUNCTION identity_seat_proposal_is_decided_once();

-- A seat that names a proposal is exactly the one that was confirmed.
CREATE FUNCTION identity_seat_is_as_confirmed()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF new.proposal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity_seatproposal AS proposal
        WHERE
            proposal.id = new.proposal_id
            AND proposal.person_id = new.person_id
            AND proposal.role = new.role
            AND proposal.outcome = 'confirmed'
    ) THEN
        RAISE EXCEPTION 'a seat is given as it was confirmed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'identity_membership_as_confirmed';
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER identity_membership_as_confirmed
BEFORE INSERT ON identity_membership
FOR EACH ROW EXECUTE FUNCTION identity_seat_is_as_confirmed();

GRANT SELECT, INSERT ON identity_seatproposal TO tanhui_app;
GRANT UPDATE (outcome, decided_by_id, decided_at) ON identity_seatproposal TO tanhui_app;
GRANT SELECT, INSERT ON identity_secondfactor TO tanhui_app;
GRANT UPDATE (
    secret_sealed, confirmed_at, last_step, failures, locked_until, ended_at
) ON identity_secondfactor TO tanhui_app;
GRANT SELECT, INSERT, DELETE ON identity_recoverycode TO tanhui_app;
GRANT UPDATE (used_at) ON identity_recoverycode TO tanhui_app;
-- A session is raised by a new one; of an old one only its last use changes.
GRANT UPDATE (seen_at) ON identity_session TO tanhui_app;
