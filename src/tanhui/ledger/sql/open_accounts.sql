SELECT ledger_open_accounts(%(holder_ids)s, %(kinds)s::smallint[]);
