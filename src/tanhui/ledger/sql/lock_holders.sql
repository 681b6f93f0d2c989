SELECT ledger_lock_holders(%(holder_ids)s, %(kind)s::smallint);
