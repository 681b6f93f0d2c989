SELECT ledger_issue(
    %(ids)s, %(holder_ids)s, %(amounts)s, %(credit_kind)s::smallint,
    %(pool_holder_id)s, %(pool_kind)s::smallint, %(reason)s::smallint, %(at)s
);
