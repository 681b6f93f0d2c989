SELECT
    held.kind,
    held.debits_pending AS reserved,
    held.credits_posted - held.debits_posted - held.debits_pending AS available
FROM ledger_account AS held
WHERE held.holder_id = %(holder_id)s;
