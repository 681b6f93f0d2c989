-- Takes more of the hours of these rows, each named once. Who finds a slot taken takes nothing:
-- someone else has claimed it since the caller looked, and the caller looks again.
CREATE FUNCTION claims_extend(p_citizen_ids bigint[], p_blocks integer[], p_bits bigint[])
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_taken bigint;
BEGIN
    IF (cardinality(p_citizen_ids) = ALL(ARRAY[cardinality(p_blocks), cardinality(p_bits)]))
        IS NOT TRUE THEN
        RAISE EXCEPTION 'columns_must_match' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH extended AS (
        INSERT INTO claims_time AS held (citizen_id, block, taken)
        SELECT item.citizen_id, item.block, item.bits
        FROM unnest(p_citizen_ids, p_blocks, p_bits) AS item (citizen_id, block, bits)
        ORDER BY item.citizen_id, item.block
        ON CONFLICT (citizen_id, block) DO UPDATE
        SET taken = held.taken | excluded.taken
        WHERE held.taken & excluded.taken = 0
        RETURNING 1
    )
    SELECT count(*) INTO v_taken FROM extended;
    IF v_taken <> cardinality(p_bits) THEN
        RAISE EXCEPTION 'time_taken' USING ERRCODE = 'unique_violation';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION claims_extend(bigint[], integer[], bigint[]) FROM public;
GRANT EXECUTE ON FUNCTION claims_extend(bigint[], integer[], bigint[]) TO tanhui_app;
