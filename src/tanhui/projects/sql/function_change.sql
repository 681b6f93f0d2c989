-- Rewrites what an owner says of a project, while it is the owner's: a draft, or returned.
CREATE FUNCTION projects_change(
    p_id bigint, p_name_zh text, p_name_en text, p_about_zh text, p_about_en text,
    p_methodology text, p_digest text, p_field text, p_call text, p_district text,
    p_geometry jsonb, p_simplified boolean
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE projects_project
    SET
        name_zh = p_name_zh,
        name_en = p_name_en,
        about_zh = p_about_zh,
        about_en = p_about_en,
        methodology = p_methodology,
        digest = p_digest,
        field = p_field,
        call = p_call,
        district = p_district,
        geometry = p_geometry,
        simplified = p_simplified
    WHERE id = p_id AND state IN ('draft', 'returned');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'project_fixed' USING ERRCODE = 'check_violation';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION projects_change(
    bigint, text, text, text, text, text, text, text, text, text, jsonb, boolean
) FROM public;
GRANT EXECUTE ON FUNCTION projects_change(
    bigint, text, text, text, text, text, text, text, text, text, jsonb, boolean
) TO tanhui_app;

-- Says anew where a project is done; the shares of its sites are a million together.
CREATE FUNCTION projects_set_sites(p_id bigint, p_sites jsonb)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM projects_project
    WHERE id = p_id AND state IN ('draft', 'returned') FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'project_fixed' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM projects_site WHERE project_id = p_id;
    INSERT INTO projects_site (project_id, number, name, place, meters, share_ppm)
    SELECT
        p_id, told.number, told.site ->> 'name', told.site -> 'place',
        ARRAY(SELECT jsonb_array_elements_text(told.site -> 'meters')),
        (told.site ->> 'share_ppm')::integer
    FROM jsonb_array_elements(p_sites) WITH ORDINALITY AS told (site, number);
    IF (SELECT sum(share_ppm) FROM projects_site WHERE project_id = p_id)
        IS DISTINCT FROM 1000000
    THEN
        RAISE EXCEPTION 'shares_not_whole' USING ERRCODE = 'check_violation';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION projects_set_sites(bigint, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION projects_set_sites(bigint, jsonb) TO tanhui_app;
