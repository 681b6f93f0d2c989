-- Keeps a case for the transaction, so that what is read of it next holds until the end.
CREATE FUNCTION cases_lock(p_case_id uuid)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT 1 FROM cases_case WHERE id = p_case_id FOR UPDATE;
$$;
REVOKE ALL ON FUNCTION cases_lock(uuid) FROM public;
GRANT EXECUTE ON FUNCTION cases_lock(uuid) TO tanhui_app;
