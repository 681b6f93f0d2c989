-- The health check compares what is applied with what the program was built with.
GRANT SELECT ON django_migrations TO tanhui_app;
