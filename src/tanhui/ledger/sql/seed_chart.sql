-- A later migration adds a kind by seeding again: the chart stays one list.
INSERT INTO ledger_kind (kind, code, asset, pooled)
VALUES (%(number)s, %(code)s, %(asset)s, %(pooled)s)
ON CONFLICT (kind) DO NOTHING;
