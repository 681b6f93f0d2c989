-- Telling a person everything, and forgetting a person. Both ask the tables by name, so that a new
-- table is one line of `places`.

-- The rows of one table in which `key` is `value`, as JSON; the caller's own rights decide.
CREATE FUNCTION behaviours_personal_rows(relation text, key text, value text)
RETURNS SETOF jsonb
LANGUAGE plpgsql
STABLE
SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT to_jsonb(kept) FROM %I AS kept WHERE kept.%I = %L', relation, key, value
    );
END
$$;

-- What partners and reviewers wrote beside an erased person's deeds becomes empty. The digest of a
-- reference stays, so that the same deed is still known. Of a living person nothing is forgotten.
CREATE FUNCTION behaviours_forget_words(person bigint)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_references integer;
    v_ends integer;
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM identity_person AS erased
        WHERE erased.id = person AND erased.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'person % is not erased', person
        USING ERRCODE = 'check_violation', CONSTRAINT = 'behaviours_forget_erased_only';
    END IF;
    UPDATE behaviours_reference AS known
    SET reference = ''
    FROM behaviours_behaviour AS deed
    WHERE
        deed.citizen_id = person
        AND known.partner_id = deed.partner_id
        AND known.digest = deed.reference_digest
        AND known.citizen_id = person
        AND known.reference <> '';
    GET DIAGNOSTICS v_references = ROW_COUNT;
    UPDATE behaviours_hold_end AS ended
    SET reason = ''
    FROM behaviours_hold AS hold
    WHERE
        hold.citizen_id = person
        AND ended.hold_id = hold.id
        AND ended.reason NOT IN ('', 'deadline_passed', 'superseded', 'account_closed');
    GET DIAGNOSTICS v_ends = ROW_COUNT;
    RETURN v_references + v_ends;
END
$$;
REVOKE ALL ON FUNCTION behaviours_forget_words(bigint) FROM public;
GRANT EXECUTE ON FUNCTION behaviours_forget_words(bigint) TO tanhui_app;
