-- The account of a holder, a project and a vintage; opened, here and in the books, when missing.
CREATE FUNCTION registry_account_of(
    p_organisation_id integer, p_project_id bigint, p_vintage smallint, p_at timestamptz
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_id bigint;
BEGIN
    SELECT account.id INTO v_id
    FROM registry_account AS account
    WHERE
        account.organisation_id IS NOT DISTINCT FROM p_organisation_id
        AND account.project_id = p_project_id
        AND account.vintage = p_vintage;
    IF v_id IS NULL THEN
        IF NOT EXISTS (
            SELECT FROM identity_organisation AS holder
            WHERE
                holder.id = p_organisation_id
                AND holder.roles && ARRAY['owner', 'buyer']::varchar[]
        ) AND p_organisation_id IS NOT NULL THEN
            RAISE EXCEPTION 'organisation_holds_nothing' USING ERRCODE = 'TH001';
        END IF;
        INSERT INTO registry_account (organisation_id, project_id, vintage, opened_at)
        VALUES (p_organisation_id, p_project_id, p_vintage, p_at)
        ON CONFLICT DO NOTHING
        RETURNING id INTO v_id;
        IF v_id IS NULL THEN
            -- Somebody else has just opened it; a statement of its own sees that.
            RETURN registry_account_of(p_organisation_id, p_project_id, p_vintage, p_at);
        END IF;
        PERFORM ledger_open_accounts(ARRAY[v_id], ARRAY[3::smallint]);
    END IF;
    RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION registry_account_of(integer, bigint, smallint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION registry_account_of(integer, bigint, smallint, timestamptz)
TO tanhui_app;
