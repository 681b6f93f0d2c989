-- The application registers persons and changes their settings; it never removes one. What logs a
-- person in may be removed, because it is worth nothing afterwards.
GRANT SELECT, INSERT ON identity_person TO tanhui_app;
GRANT UPDATE (
    display_name_sealed, phone_sealed, phone_index, locale, view, erased_at
) ON identity_person TO tanhui_app;
GRANT SELECT, INSERT, DELETE ON identity_logincode TO tanhui_app;
GRANT UPDATE (attempts, used_at) ON identity_logincode TO tanhui_app;
GRANT SELECT, INSERT, DELETE ON identity_session TO tanhui_app;
GRANT SELECT, INSERT, DELETE ON identity_loginlink TO tanhui_app;
GRANT UPDATE (used_at) ON identity_loginlink TO tanhui_app;
