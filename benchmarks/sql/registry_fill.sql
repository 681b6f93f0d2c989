-- A register of many blocks of 1,000 kg as it would be after as many transfers: one issuance, whose
-- kilograms lie in the accounts of many holders, with the moves and the books that belong to them.
INSERT INTO identity_organisation (
    code, name_zh, name_en, credit_code, roles, small, simulated, registered_at
)
SELECT
    'BENCH-' || number,
    '认购方' || number,
    'Buyer ' || number,
    lpad(number::text, 18, '0'),
    ARRAY['buyer'],
    FALSE,
    TRUE,
    now()
FROM generate_series(1, %(holders)s) AS number;

INSERT INTO registry_account (organisation_id, project_id, vintage, opened_at)
SELECT
    holder.id,
    %(project_id)s,
    2025,
    now()
FROM identity_organisation AS holder
WHERE holder.code LIKE 'BENCH-%%';

INSERT INTO registry_counter (next_number) VALUES (%(blocks)s * 1000 + 1);
INSERT INTO registry_cap (project_id, vintage, cap_kg, issued_kg)
VALUES (%(project_id)s, 2025, %(blocks)s * 2000, %(blocks)s * 1000);
INSERT INTO registry_event (id, kind, at, actor, facts)
VALUES (%(event_id)s, 'issue', now(), 'benchmark', '{}');
INSERT INTO registry_issuance (
    event_id, period_id, project_id, vintage, serials, buffer_kg, said, verifier_key, signature
) VALUES (
    %(event_id)s, %(period_id)s, %(project_id)s, 2025, int8range(1, %(blocks)s * 1000 + 1), 0,
    '{"methodology": "energy-substitution.chengdu@1.0.0", "digest": "sha256:00"}', '', ''
);

CREATE TEMPORARY TABLE placed AS
SELECT
    number,
    (SELECT min(account.id) FROM registry_account AS account)
    + number %% %(holders)s AS account_id
FROM generate_series(0, %(blocks)s - 1) AS number;

INSERT INTO registry_block (serials, account_id, state, issue_id)
SELECT
    int8range(placed.number * 1000 + 1, placed.number * 1000 + 1001),
    placed.account_id,
    'held',
    %(event_id)s
FROM placed
ORDER BY placed.number;

INSERT INTO registry_movement (event_id, serials, block_id, to_account_id, to_state)
SELECT
    %(event_id)s,
    block.serials,
    block.id,
    block.account_id,
    'held'
FROM registry_block AS block;

INSERT INTO ledger_account (holder_id, kind, credits_posted)
SELECT
    placed.account_id,
    3,
    count(*) * 1000
FROM placed
GROUP BY placed.account_id;
INSERT INTO ledger_transfer (
    id, debit_holder_id, debit_kind, credit_holder_id, credit_kind, amount, reason, recorded_at
)
SELECT
    gen_random_uuid(),
    0,
    104,
    account.holder_id,
    3,
    account.credits_posted,
    6,
    now()
FROM ledger_account AS account
WHERE account.kind = 3;
INSERT INTO registry_line (event_id, ordinal, account_id, kg, transfer_id)
SELECT
    %(event_id)s,
    row_number() OVER (ORDER BY transfer.credit_holder_id),
    transfer.credit_holder_id,
    transfer.amount,
    transfer.id
FROM ledger_transfer AS transfer
WHERE transfer.debit_kind = 104;
INSERT INTO ledger_pool_entry (
    holder_id, kind, debits_pending, debits_posted, credits_pending, credits_posted, recorded_at
)
VALUES (0, 104, 0, %(blocks)s * 1000, 0, 0, now());
DROP TABLE placed;
ANALYZE;
