-- Holds one account of each holder until the transaction ends, so that what is decided from
-- these holders' history (a daily cap) cannot be decided twice at the same time.
CREATE FUNCTION ledger_lock_holders(p_holder_ids bigint[], p_kind smallint)
RETURNS bigint
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT count(*)
    FROM (
        SELECT 1
        FROM ledger_account AS account
        WHERE account.kind = p_kind AND account.holder_id = ANY(p_holder_ids)
        ORDER BY account.holder_id
        FOR NO KEY UPDATE
    ) AS held
$$;
REVOKE ALL ON FUNCTION ledger_lock_holders(bigint[], smallint) FROM public;
GRANT EXECUTE ON FUNCTION ledger_lock_holders(bigint[], smallint) TO tanhui_app;
