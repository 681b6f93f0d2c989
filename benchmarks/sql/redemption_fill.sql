-- A mall to measure: citizens with points enough, one window that pays, offers with stock enough,
-- an offer of few items, and the bare row.
CREATE TABLE bare_item (id integer PRIMARY KEY, left_units bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO bare_item VALUES (1, 1000000000);
INSERT INTO identity_organisation (code, name_zh, name_en, credit_code, roles, registered_at)
VALUES ('SHOP', '店', 'Shop', 'SHOP00000000000000', ARRAY['merchant', 'sponsor'], now());
SELECT ledger_open_accounts(
    array(SELECT number::bigint FROM generate_series(1, %(citizens)s) AS number),
    ARRAY[1::smallint]
);
SELECT ledger_issue(
    array(SELECT gen_random_uuid() FROM generate_series(1, %(citizens)s)),
    array(SELECT number::bigint FROM generate_series(1, %(citizens)s) AS number),
    array_fill(100000000::bigint, ARRAY[%(citizens)s]), 1::smallint, 0, 101::smallint,
    1::smallint, now()
);
INSERT INTO rewards_funding (sponsor_id, title_zh, title_en, opens_at, until, opened_at)
SELECT id, '窗口', 'Window', now() - interval '1 day', now() + interval '1 year', now()
FROM identity_organisation;
SELECT ledger_open_accounts(ARRAY[1::bigint], ARRAY[4::smallint]);
INSERT INTO rewards_funding_change (funding_id, number, fen, transfer_id, actor, at)
VALUES (1, 1, 900000000000, '00000000-0000-4000-8000-000000000001', 'benchmark', now());
SELECT ledger_post_one(
    '00000000-0000-4000-8000-000000000001', 0::smallint, 0, 110::smallint, 1, 4::smallint,
    900000000000, 1::smallint, now()
);
INSERT INTO rewards_offer (
    code, merchant_id, kind, delivery, category, title_zh, title_en, price_points, value_fen,
    valid_days, state, made_at, published_at
)
SELECT
    named.code, organisation.id, 'voucher', 'scan', 'food', '茶', 'Tea', 1, 100, 30, 'published',
    now(), now()
FROM identity_organisation AS organisation, (
    SELECT 'B-' || number AS code FROM generate_series(1, %(offers)s) AS number
    UNION ALL
    SELECT 'RUSH'
) AS named;
INSERT INTO rewards_funding_offer (
    funding_id, offer_id, number, state, cost_fen, units, words, actor, at
)
SELECT 1, id, 1, 'agreed', 10000000, 10000000, '', 'benchmark', now() FROM rewards_offer;
SELECT count(rewards_stock_up(
    code, 1, CASE WHEN code = 'RUSH' THEN %(rush_items)s ELSE 1000000 END, 100, now(),
    now() + interval '30 days', gen_random_uuid(), 17::smallint, now()
))
FROM rewards_offer;
ANALYZE;
