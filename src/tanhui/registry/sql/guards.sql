-- What no function of this room may do either, by mistake or not.

CREATE FUNCTION registry_block_guard()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.state IN ('retired', 'cancelled') THEN
        RAISE EXCEPTION 'registry_block_is_final' USING ERRCODE = 'check_violation';
    ELSIF NOT NEW.serials <@ OLD.serials THEN
        RAISE EXCEPTION 'registry_block_only_shrinks' USING ERRCODE = 'check_violation';
    ELSIF NEW.issue_id <> OLD.issue_id OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'registry_block_keeps_its_origin' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registry_block_guarded BEFORE UPDATE ON registry_block
FOR EACH ROW EXECUTE FUNCTION registry_block_guard();

CREATE FUNCTION registry_block_stays()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'registry_block_stays' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER registry_block_stays BEFORE DELETE ON registry_block
FOR EACH ROW EXECUTE FUNCTION registry_block_stays();

-- A retirement ends once. Its commitment is for ever; only its name may be taken away.
CREATE FUNCTION registry_retirement_guard()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.state <> 'pending' AND (
        NEW.state <> OLD.state
        OR NEW.ended_by IS DISTINCT FROM OLD.ended_by
        OR NEW.commitment IS DISTINCT FROM OLD.commitment
    ) THEN
        RAISE EXCEPTION 'registry_retirement_is_final' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registry_retirement_guarded BEFORE UPDATE ON registry_retirement
FOR EACH ROW EXECUTE FUNCTION registry_retirement_guard();
GRANT INSERT ON registry_retirement TO tanhui_app;
GRANT USAGE ON SEQUENCE registry_retirement_serial_seq TO tanhui_app;
GRANT UPDATE (state, ended_by, commitment) ON registry_retirement TO tanhui_app;
GRANT INSERT (id, kind, organisation_id, reason) ON registry_aside TO tanhui_app;
GRANT INSERT ON registry_replacement TO tanhui_app;

CREATE FUNCTION registry_ends_once()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.ended_by IS NOT NULL THEN
        RAISE EXCEPTION 'registry_aside_ended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registry_aside_guarded BEFORE UPDATE ON registry_aside
FOR EACH ROW EXECUTE FUNCTION registry_ends_once();
GRANT UPDATE (ended_by) ON registry_aside TO tanhui_app;
