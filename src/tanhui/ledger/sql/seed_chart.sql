INSERT INTO ledger_kind (kind, code, asset, pooled)
VALUES (%(number)s, %(code)s, %(asset)s, %(pooled)s);
