-- Gives days back that their owners have taken. Who is not the owner gives nothing back.
CREATE FUNCTION claims_give_back_days(
    p_citizen_ids bigint[], p_days date[], p_kinds smallint[], p_owner integer
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_given bigint;
BEGIN
    IF (cardinality(p_citizen_ids) = ALL(ARRAY[cardinality(p_days), cardinality(p_kinds)]))
        IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH given AS (
        DELETE FROM claims_day AS held
        USING unnest(p_citizen_ids, p_days, p_kinds) AS item (citizen_id, day, kind)
        WHERE
            held.citizen_id = item.citizen_id
            AND held.day = item.day
            AND held.kind = item.kind
            AND held.owner = p_owner
        RETURNING 1
    )
    SELECT count(*) INTO v_given FROM given;
    IF v_given <> cardinality(p_kinds) THEN
        RAISE EXCEPTION 'day_not_taken' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION claims_give_back_days(bigint[], date[], smallint[], integer) FROM public;
GRANT EXECUTE ON FUNCTION claims_give_back_days(bigint[], date[], smallint[], integer)
TO tanhui_app;
