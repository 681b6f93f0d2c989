SELECT
    block.state,
    block.hold_id,
    lower(block.serials) AS first_number,
    upper(block.serials) - 1 AS last_number
FROM registry_block AS block
WHERE block.account_id = %(account_id)s AND block.state IN ('held', 'reserved')
ORDER BY block.state, lower(block.serials)
LIMIT %(limit)s;
