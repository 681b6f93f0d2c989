SELECT
    account.kind,
    account.credits_posted - account.debits_posted - account.debits_pending AS available,
    account.debits_pending AS reserved
FROM ledger_account AS account
WHERE account.holder_id = %(holder_id)s;
