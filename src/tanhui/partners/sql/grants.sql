GRANT SELECT, INSERT ON partners_partner TO tanhui_app;
GRANT USAGE ON SEQUENCE partners_partner_id_seq TO tanhui_app;
-- A binding can be taken back by the citizen; it is never rewritten.
GRANT SELECT, INSERT, DELETE ON partners_rider TO tanhui_app;
