SELECT ledger_post(
    %(ids)s::uuid[],
    %(phases)s::smallint[],
    %(debit_holder_ids)s::bigint[],
    %(debit_kinds)s::smallint[],
    %(credit_holder_ids)s::bigint[],
    %(credit_kinds)s::smallint[],
    %(amounts)s::bigint[],
    %(pending_ids)s::uuid[],
    %(expires_at)s::timestamptz[],
    %(reasons)s::smallint[],
    %(at)s
);
