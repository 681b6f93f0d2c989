-- Gives back hours of these rows, each named once. Only what is taken can be given back.
CREATE FUNCTION claims_give_back(p_citizen_ids bigint[], p_blocks integer[], p_bits bigint[])
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_given bigint;
BEGIN
    IF (cardinality(p_citizen_ids) = ALL(ARRAY[cardinality(p_blocks), cardinality(p_bits)]))
        IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH given AS (
        UPDATE claims_time AS held
        SET taken = held.taken & ~item.bits
        FROM unnest(p_citizen_ids, p_blocks, p_bits) AS item (citizen_id, block, bits)
        WHERE
            held.citizen_id = item.citizen_id
            AND held.block = item.block
            AND held.taken & item.bits = item.bits
        RETURNING 1
    )
    SELECT count(*) INTO v_given FROM given;
    IF v_given <> cardinality(p_bits) THEN
        RAISE EXCEPTION 'time_not_taken' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION claims_give_back(bigint[], integer[], bigint[]) FROM public;
GRANT EXECUTE ON FUNCTION claims_give_back(bigint[], integer[], bigint[]) TO tanhui_app;
