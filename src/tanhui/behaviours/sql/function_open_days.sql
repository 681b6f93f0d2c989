-- Makes the partitions of these days of the city, where they are missing. A table is made apart
-- and then attached: that lets others go on reading and writing meanwhile.
CREATE FUNCTION behaviours_open_days(p_days date[], p_zone text)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_day date;
    v_name text;
BEGIN
    -- Two batches that meet a new day at once take turns here, and only here. A lock on the table
    -- also makes the one who waited see what the other has made; attaching takes it in any case.
    LOCK TABLE behaviours_behaviour IN SHARE UPDATE EXCLUSIVE MODE;
    FOREACH v_day IN ARRAY p_days LOOP
        v_name := 'behaviours_behaviour_' || to_char(v_day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('public.' || v_name) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE %I (LIKE behaviours_behaviour INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
            v_name
        );
        EXECUTE format(
            'ALTER TABLE behaviours_behaviour ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            v_name, v_day::timestamp AT TIME ZONE p_zone, (v_day + 1)::timestamp AT TIME ZONE p_zone
        );
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION behaviours_open_days(date[], text) FROM public;
GRANT EXECUTE ON FUNCTION behaviours_open_days(date[], text) TO tanhui_app;
