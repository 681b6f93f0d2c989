-- Append-only by privilege: rows, chain, seals and published heads are added and read. Only the
-- list of rows that wait is emptied, by the round that chains them.
ALTER TABLE governance_audit
ALTER COLUMN mac SET NOT NULL,
ADD CONSTRAINT governance_audit_mac CHECK (octet_length(mac) = 36);
ALTER TABLE governance_audit_chain
ADD CONSTRAINT governance_audit_chain_place CHECK (place > 0),
ADD CONSTRAINT governance_audit_chain_hash CHECK (octet_length(hash) = 32);
ALTER TABLE governance_audit_seal
ADD CONSTRAINT governance_audit_seal_of FOREIGN KEY (place)
REFERENCES governance_audit_chain (place),
ADD CONSTRAINT governance_audit_seal_mac CHECK (octet_length(mac) = 36);
ALTER TABLE governance_audit_published
ADD CONSTRAINT governance_audit_published_of FOREIGN KEY (place)
REFERENCES governance_audit_chain (place);
CREATE INDEX governance_audit_actor ON governance_audit (actor text_pattern_ops, id);
CREATE INDEX governance_audit_action ON governance_audit (action text_pattern_ops, id);
CREATE INDEX governance_audit_subject ON governance_audit (subject text_pattern_ops, id);
CREATE INDEX governance_audit_at ON governance_audit (at);
GRANT SELECT, INSERT ON governance_audit_chain TO tanhui_app;
GRANT SELECT, INSERT ON governance_audit_seal TO tanhui_app;
GRANT SELECT, INSERT ON governance_audit_published TO tanhui_app;
GRANT SELECT, INSERT, DELETE ON governance_audit_waiting TO tanhui_app;
-- A row's number is part of what its code covers, so it is asked for before the row is written.
GRANT USAGE ON SEQUENCE governance_audit_id_seq TO tanhui_app;
