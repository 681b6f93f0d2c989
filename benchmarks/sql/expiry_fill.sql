-- So many citizens with points of two years, whose oldest month ends now; a tenth gives them away.
INSERT INTO ledger_account (holder_id, kind, credits_posted, debits_posted)
SELECT
    citizen AS holder_id,
    1 AS kind,
    900 + mod(citizen, 500) AS credits_posted,
    mod(citizen, 300) AS debits_posted
FROM generate_series(1, %(citizens)s) AS citizen;

INSERT INTO rewards_mark (citizen_id, month, credited, at)
SELECT
    citizen AS citizen_id,
    %(month)s + step AS month,
    300 + mod(citizen, 200) + step * 25 AS credited,
    now() AS at
FROM generate_series(1, %(citizens)s) AS citizen
CROSS JOIN generate_series(0, %(marks)s - 1) AS step;

INSERT INTO rewards_cause (
    title_zh, title_en, about_zh, about_en, receiver_zh, receiver_en, art, opened_at
) VALUES ('树', 'Trees', '树', 'Trees', '队', 'Rangers', 'tree', now());

INSERT INTO rewards_heir (citizen_id, cause_id, at)
SELECT
    citizen AS citizen_id,
    cause.id AS cause_id,
    now() AS at
FROM generate_series(1, %(citizens)s, 10) AS citizen
CROSS JOIN rewards_cause AS cause;

INSERT INTO rewards_month_run (step, month, begun_at, ended_at)
VALUES ('notice-7', %(ends)s, %(told)s, %(told)s);

INSERT INTO identity_organisation (
    id, code, name_zh, name_en, credit_code, roles, small, simulated, registered_at
) OVERRIDING SYSTEM VALUE VALUES (
    999, 'SHOP', '店', 'Shop', '000000000000000999', ARRAY['merchant', 'sponsor'], FALSE, TRUE,
    now()
);

INSERT INTO rewards_funding (
    id, sponsor_id, title_zh, title_en, opens_at, until, opened_at
) OVERRIDING SYSTEM VALUE VALUES (
    999, 999, '窗口', 'Window', now() - interval '1 year', now() + interval '9 years', now()
);

INSERT INTO rewards_offer (
    id, code, merchant_id, kind, delivery, category, title_zh, title_en, price_points, value_fen,
    valid_days, state, made_at, published_at
) OVERRIDING SYSTEM VALUE VALUES (
    999, 'R-9001', 999, 'voucher', 'scan', 'food', '茶', 'Tea', 1, 100, 30, 'published', now(),
    now()
);

INSERT INTO rewards_funding_offer (
    funding_id, offer_id, number, state, cost_fen, units, words, actor, at
) VALUES (999, 999, 1, 'agreed', 100, 1000000, '', 'benchmark', now());

INSERT INTO rewards_batch (
    id, offer_id, funding_id, units, cost_fen, opens_at, until, stocked_at
) OVERRIDING SYSTEM VALUE VALUES (
    999, 999, 999, 1000000, 0, now() - interval '1 year', now() + interval '9 years', now()
);

INSERT INTO rewards_stock (batch_id, part, left_units)
SELECT
    999 AS batch_id,
    part,
    125000 AS left_units
FROM generate_series(0, 7) AS part;
