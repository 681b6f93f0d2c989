-- Begins a project as a draft; its number and code are the next ones.
CREATE FUNCTION projects_start(
    p_owner_id bigint, p_name_zh text, p_name_en text, p_about_zh text, p_about_en text,
    p_methodology text, p_digest text, p_field text, p_call text, p_district text,
    p_geometry jsonb, p_simplified boolean, p_simulated boolean, p_at timestamptz
)
RETURNS text
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    INSERT INTO projects_project (
        owner_id, name_zh, name_en, about_zh, about_en, methodology, digest, field, call, district,
        geometry, simplified, simulated, created_at
    ) VALUES (
        p_owner_id, p_name_zh, p_name_en, p_about_zh, p_about_en, p_methodology, p_digest, p_field,
        p_call, p_district, p_geometry, p_simplified, p_simulated, p_at
    )
    RETURNING code;
$$;
REVOKE ALL ON FUNCTION projects_start(
    bigint, text, text, text, text, text, text, text, text, text, jsonb, boolean, boolean,
    timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION projects_start(
    bigint, text, text, text, text, text, text, text, text, text, jsonb, boolean, boolean,
    timestamptz
) TO tanhui_app;
