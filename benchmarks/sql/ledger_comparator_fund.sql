INSERT INTO comparator_account (id, currency, balance)
SELECT
    holder.id,
    'POINT' AS currency,
    %(funds)s AS balance
FROM generate_series(1, %(holders)s) AS holder (id);
