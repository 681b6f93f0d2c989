-- An organisation stays as it was registered: whoever changes its name registers another.
GRANT SELECT, INSERT ON identity_organisation TO tanhui_app;
