-- Roles belong to the whole server, so another database on it may have made this one already,
-- and may be making it right now.
DO $$
DECLARE
    login_name CONSTANT text := current_setting('tanhui.login');
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tanhui_app') THEN
        BEGIN
            CREATE ROLE tanhui_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    -- From PostgreSQL 16 on, whoever makes a role is a member that may not act as it.
    IF NOT EXISTS (
        SELECT FROM pg_auth_members AS membership
        WHERE
            membership.roleid = 'tanhui_app'::regrole
            AND membership.member = quote_ident(login_name)::regrole
            AND to_jsonb(membership) ->> 'set_option' IS DISTINCT FROM 'false'
    ) THEN
        EXECUTE format('GRANT tanhui_app TO %I', login_name);
    END IF;
    IF NOT has_schema_privilege('tanhui_app', 'public', 'USAGE') THEN
        GRANT USAGE ON SCHEMA public TO tanhui_app;
    END IF;
END
$$;
