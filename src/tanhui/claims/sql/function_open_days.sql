-- Makes the partitions of these days of the city, where they are missing, as those of deeds are
-- made: a table apart, attached afterwards, while others go on reading and writing.
CREATE FUNCTION claims_open_days(p_days date[], p_zone text)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_day date;
    v_block integer;
    v_name text;
BEGIN
    LOCK TABLE claims_time IN SHARE UPDATE EXCLUSIVE MODE;
    FOREACH v_day IN ARRAY p_days LOOP
        v_name := 'claims_time_' || to_char(v_day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
        -- Four hours each; a day of the city begins with one of them.
        v_block := floor(extract(EPOCH FROM v_day::timestamp AT TIME ZONE p_zone) / 14400);
        -- Rows are rewritten in place when more of the same hours are taken.
        EXECUTE format(
            'CREATE TABLE %I (LIKE claims_time INCLUDING CONSTRAINTS) WITH (fillfactor = 80)',
            v_name
        );
        EXECUTE format(
            'ALTER TABLE claims_time ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
            v_name, v_block, v_block + 6
        );
        v_name := 'claims_day_' || to_char(v_day, 'YYYYMMDD');
        EXECUTE format('CREATE TABLE %I (LIKE claims_day INCLUDING CONSTRAINTS)', v_name);
        EXECUTE format(
            'ALTER TABLE claims_day ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            v_name, v_day, v_day + 1
        );
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION claims_open_days(date[], text) FROM public;
GRANT EXECUTE ON FUNCTION claims_open_days(date[], text) TO tanhui_app;
