-- Who verifies is a verification body, and none that has an interest in the owner.
CREATE FUNCTION projects_check_assignment()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM identity_organisation AS body
        WHERE body.id = new.verifier_id AND 'verifier' = ANY(body.roles)
    ) THEN
        RAISE EXCEPTION 'not_a_verifier' USING ERRCODE = 'check_violation';
    ELSIF EXISTS (
        SELECT
        FROM projects_conflict AS told
        INNER JOIN projects_project AS project ON told.owner_id = project.owner_id
        WHERE project.id = new.project_id AND told.verifier_id = new.verifier_id
    ) THEN
        RAISE EXCEPTION 'verifier_conflict' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_assignment_check BEFORE INSERT ON projects_assignment
FOR EACH ROW EXECUTE FUNCTION projects_check_assignment();

-- An assignment ends once, and nothing else of it changes.
CREATE FUNCTION projects_check_assignment_end()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF old.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'assignment_ended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_assignment_end_once BEFORE UPDATE ON projects_assignment
FOR EACH ROW EXECUTE FUNCTION projects_check_assignment_end();

-- Who signs for the owner belongs to the owner.
CREATE FUNCTION projects_check_signature()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF new.party = 'owner' AND NOT EXISTS (
        SELECT FROM projects_project AS project
        WHERE project.id = new.project_id AND project.owner_id = new.organisation_id
    ) THEN
        RAISE EXCEPTION 'not_the_owner' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_signature_check BEFORE INSERT ON projects_signature
FOR EACH ROW EXECUTE FUNCTION projects_check_signature();

-- A design is written while the project is its owner's or being verified; what corrects it after
-- registration says why. Its versions have no gaps.
CREATE FUNCTION projects_check_design()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_state text;
BEGIN
    SELECT state INTO v_state FROM projects_project WHERE id = new.project_id;
    IF NOT (
        v_state IN ('draft', 'returned', 'assigned') AND new.reason = ''
        OR v_state = 'registered' AND new.reason <> ''
    ) THEN
        RAISE EXCEPTION 'design_fixed' USING ERRCODE = 'check_violation';
    ELSIF new.number <> (
        SELECT COALESCE(max(number), 0) + 1 FROM projects_design
        WHERE project_id = new.project_id
    ) THEN
        RAISE EXCEPTION 'design_number' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_design_check BEFORE INSERT ON projects_design
FOR EACH ROW EXECUTE FUNCTION projects_check_design();

-- A decision is written where it was proposed, and nowhere else.
CREATE FUNCTION projects_check_decision()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM projects_project AS project
        WHERE
            project.id = new.project_id
            AND (project.state, new.decision) IN (
                ('proposed', 'registered'), ('refusing', 'refused'), ('registered', 'struck_off')
            )
    ) THEN
        RAISE EXCEPTION 'nothing_proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_decision_check BEFORE INSERT ON projects_decision
FOR EACH ROW EXECUTE FUNCTION projects_check_decision();
