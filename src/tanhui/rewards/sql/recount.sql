-- Everything that redemptions, stock and money must agree on, counted anew from the rows; one row
-- for each promise, with how many rows break it.
WITH

-- How each reservation or posting of points stands in the books.
moved AS (
    SELECT
        made.citizen_id,
        made.id,
        made.state,
        made.points,
        transfer.amount,
        transfer.debit_holder_id,
        transfer.debit_kind,
        ending.phase AS ended_by,
        coalesce(transfer.phase, -1) AS phase
    FROM rewards_redemption AS made
    LEFT JOIN ledger_transfer AS transfer ON made.points_transfer_id = transfer.id
    LEFT JOIN ledger_resolution AS resolved ON made.points_transfer_id = resolved.pending_id
    LEFT JOIN ledger_transfer AS ending ON resolved.resolution_id = ending.id
),

again AS (
    SELECT
        citizen_id,
        redemption_id
    FROM rewards_restored
    WHERE again
),

taken AS (
    SELECT
        made.batch_id,
        sum(made.units) AS units,
        sum(made.units) FILTER (WHERE made.state = 'delivered') AS delivered,
        sum(made.units) FILTER (WHERE made.state IN ('reserved', 'confirmed')) AS held
    FROM rewards_redemption AS made
    LEFT JOIN again ON made.citizen_id = again.citizen_id AND made.id = again.redemption_id
    WHERE
        made.batch_id IS NOT NULL
        AND (made.state IN ('reserved', 'confirmed', 'delivered') OR again.citizen_id IS NOT NULL)
    GROUP BY made.batch_id
),

stocked AS (
    SELECT
        batch_id,
        sum(left_units) AS units
    FROM rewards_stock
    GROUP BY batch_id
),

wanted AS (
    SELECT
        batch.funding_id,
        sum(batch.cost_fen * (coalesce(stocked.units, 0) + coalesce(taken.held, 0))) AS fen
    FROM rewards_batch AS batch
    LEFT JOIN stocked ON batch.id = stocked.batch_id
    LEFT JOIN taken ON batch.id = taken.batch_id
    GROUP BY batch.funding_id
),

held AS (
    SELECT
        holder_id AS funding_id,
        sum(credits_posted - debits_posted) AS fen
    FROM ledger_pool_entry
    WHERE kind = 111
    GROUP BY holder_id
),

owed AS (
    SELECT
        offer.merchant_id,
        sum(made.cost_fen) AS fen
    FROM rewards_redemption AS made
    INNER JOIN rewards_offer AS offer ON made.offer_id = offer.id
    WHERE made.state = 'delivered'
    GROUP BY offer.merchant_id
),

due AS (
    SELECT
        holder_id AS merchant_id,
        sum(fen) AS fen
    FROM (
        SELECT
            credit_holder_id AS holder_id,
            amount AS fen
        FROM ledger_transfer
        WHERE debit_kind = 111 AND credit_kind = 112 AND phase IN (0, 2)
        UNION ALL
        SELECT
            debit_holder_id AS holder_id,
            -amount AS fen
        FROM ledger_transfer
        WHERE debit_kind = 112 AND credit_kind = 111 AND phase IN (0, 2)
    ) AS each
    GROUP BY holder_id
)

SELECT
    'redemption_differs_from_its_points' AS promise,
    count(*) AS broken
FROM moved
LEFT JOIN again ON moved.citizen_id = again.citizen_id AND moved.id = again.redemption_id
WHERE
    moved.amount IS DISTINCT FROM moved.points
    OR moved.debit_holder_id <> moved.citizen_id
    OR moved.debit_kind <> 1
    OR NOT CASE
        WHEN moved.state IN ('reserved', 'confirmed', 'entered')
            THEN moved.phase = 1 AND moved.ended_by IS NULL
        WHEN moved.state = 'delivered' OR again.citizen_id IS NOT NULL
            THEN moved.phase = 0 OR coalesce(moved.ended_by, 0) = 2
        ELSE moved.phase = 1 AND coalesce(moved.ended_by, 0) = 3
    END
UNION ALL
SELECT
    'points_were_spent_for_nothing' AS promise,
    count(*) AS broken
FROM ledger_transfer AS transfer
LEFT JOIN rewards_redemption AS made
    ON transfer.debit_holder_id = made.citizen_id AND transfer.id = made.points_transfer_id
WHERE
    transfer.debit_kind = 1 AND transfer.credit_kind = 102 AND transfer.phase IN (0, 1)
    AND made.id IS NULL
UNION ALL
SELECT
    'points_went_to_another_person' AS promise,
    count(*) AS broken
FROM ledger_transfer
WHERE debit_kind = 1 AND credit_kind = 1
UNION ALL
SELECT
    'batch_does_not_add_up' AS promise,
    count(*) AS broken
FROM rewards_batch AS batch
LEFT JOIN taken ON batch.id = taken.batch_id
LEFT JOIN stocked ON batch.id = stocked.batch_id
WHERE
    batch.units
    <> coalesce(taken.units, 0) + coalesce(stocked.units, 0) + coalesce(batch.unsold_units, 0)
UNION ALL
SELECT
    'stocked_money_differs' AS promise,
    count(*) AS broken
FROM wanted
FULL JOIN held ON wanted.funding_id = held.funding_id
WHERE coalesce(wanted.fen, 0) <> coalesce(held.fen, 0)
UNION ALL
SELECT
    'owed_money_differs' AS promise,
    count(*) AS broken
FROM owed
FULL JOIN due ON owed.merchant_id = due.merchant_id
WHERE coalesce(owed.fen, 0) <> coalesce(due.fen, 0)
UNION ALL
SELECT
    'codes_differ' AS promise,
    count(*) AS broken
FROM rewards_redemption AS made
INNER JOIN rewards_offer AS offer ON made.offer_id = offer.id
WHERE
    offer.delivery = 'code'
    AND made.state = 'delivered'
    AND made.units <> (
        SELECT count(*)
        FROM rewards_code AS code
        WHERE code.redemption_id = made.id
    );
