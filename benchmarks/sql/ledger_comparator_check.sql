SELECT
    count(*) AS transfers,
    (SELECT sum(account.balance) FROM comparator_account AS account) AS total
FROM comparator_transfer;
