-- Opens the accounts that do not exist yet: every holder gets every kind. Answers how many.
CREATE FUNCTION ledger_open_accounts(p_holder_ids bigint[], p_kinds smallint[])
RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH opened AS (
        INSERT INTO ledger_account (holder_id, kind)
        SELECT
            holder.holder_id,
            kind.kind
        FROM unnest(p_holder_ids) AS holder (holder_id)
        CROSS JOIN unnest(p_kinds) AS kind (kind)
        ORDER BY holder.holder_id, kind.kind
        ON CONFLICT DO NOTHING
        RETURNING 1
    )

    SELECT count(*) FROM opened
$$;
REVOKE ALL ON FUNCTION ledger_open_accounts(bigint[], smallint[]) FROM public;
GRANT EXECUTE ON FUNCTION ledger_open_accounts(bigint[], smallint[]) TO tanhui_app;
