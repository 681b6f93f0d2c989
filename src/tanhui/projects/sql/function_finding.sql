-- A finding's words come one after the other: asked, answered, asked again, closed for good.
CREATE FUNCTION projects_check_word()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_last projects_finding_word%ROWTYPE;
BEGIN
    PERFORM 1 FROM projects_finding WHERE id = new.finding_id;
    SELECT * INTO v_last FROM projects_finding_word
    WHERE finding_id = new.finding_id ORDER BY number DESC LIMIT 1;
    IF new.number <> coalesce(v_last.number, 0) + 1 THEN
        RAISE EXCEPTION 'finding_moved' USING ERRCODE = 'check_violation';
    ELSIF (coalesce(v_last.act, '') || '>' || new.act) <> ALL (ARRAY[
        '>raise', 'raise>answer', 'raise>close', 'ask>answer', 'ask>close', 'answer>ask',
        'answer>close'
    ]) THEN
        RAISE EXCEPTION 'no_such_act' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_finding_word_order BEFORE INSERT ON projects_finding_word
FOR EACH ROW EXECUTE FUNCTION projects_check_word();

-- A key is revoked once, and nothing else of it changes.
CREATE FUNCTION projects_check_key()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF old.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'key_revoked' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_verifier_key_once BEFORE UPDATE ON projects_verifier_key
FOR EACH ROW EXECUTE FUNCTION projects_check_key();

-- An opinion is signed by a key of the body itself that was in force at the time.
CREATE FUNCTION projects_check_opinion()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM projects_verifier_key AS own
        WHERE
            own.id = new.key_id
            AND own.organisation_id = new.verifier_id
            AND own.since <= new.at
            AND (own.revoked_at IS NULL OR own.revoked_at > new.at)
    ) THEN
        RAISE EXCEPTION 'key_of_another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER projects_opinion_key BEFORE INSERT ON projects_opinion
FOR EACH ROW EXECUTE FUNCTION projects_check_opinion();
