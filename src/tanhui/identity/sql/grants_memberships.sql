-- A membership ends by its date and is never removed or rewritten: who was let in stays known.
GRANT SELECT, INSERT ON identity_membership TO tanhui_app;
GRANT UPDATE (ended_at) ON identity_membership TO tanhui_app;
