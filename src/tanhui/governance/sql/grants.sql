-- Append-only by privilege: the application's role can add and read, nothing else.
GRANT SELECT, INSERT ON governance_audit TO tanhui_app;
