-- The code of the head after one round.
INSERT INTO governance_audit_seal (place, hash, mac, at)
VALUES (%(place)s, %(hash)s, %(mac)s, %(at)s);
