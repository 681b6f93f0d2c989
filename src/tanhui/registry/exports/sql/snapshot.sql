SET LOCAL transaction_isolation = 'repeatable read';
