-- The registry counted again from its rows. Every figure of the first part must be zero.
WITH width AS (
    SELECT
        block.account_id,
        sum(upper(block.serials) - lower(block.serials)) FILTER (WHERE block.state = 'held')
            AS held_kg,
        sum(upper(block.serials) - lower(block.serials)) FILTER (WHERE block.state = 'reserved')
            AS reserved_kg,
        sum(upper(block.serials) - lower(block.serials)) FILTER (WHERE block.state = 'retired')
            AS retired_kg,
        sum(upper(block.serials) - lower(block.serials)) FILTER (WHERE block.state = 'cancelled')
            AS cancelled_kg,
        sum(upper(block.serials) - lower(block.serials)) AS all_kg
    FROM registry_block AS block
    GROUP BY block.account_id
),

moved AS (
    SELECT
        leg.account_id,
        sum(leg.kg) FILTER (WHERE leg.state = 'held') AS held_kg,
        sum(leg.kg) FILTER (WHERE leg.state = 'reserved') AS reserved_kg,
        sum(leg.kg) FILTER (WHERE leg.state = 'retired') AS retired_kg,
        sum(leg.kg) FILTER (WHERE leg.state = 'cancelled') AS cancelled_kg
    FROM registry_movement AS movement
    CROSS JOIN
        LATERAL (
            VALUES
            (
                movement.to_account_id, movement.to_state,
                upper(movement.serials) - lower(movement.serials)
            ),
            (
                movement.from_account_id, movement.from_state,
                lower(movement.serials) - upper(movement.serials)
            )
        ) AS leg (account_id, state, kg)
    WHERE leg.account_id IS NOT NULL
    GROUP BY leg.account_id
),

pools AS (
    SELECT
        sum(entry.debits_posted - entry.credits_posted) FILTER (WHERE entry.kind = 104)
            AS issued_kg,
        sum(entry.credits_posted - entry.debits_posted) FILTER (WHERE entry.kind = 105)
            AS retired_kg,
        sum(entry.credits_posted - entry.debits_posted) FILTER (WHERE entry.kind = 106)
            AS cancelled_kg,
        sum(entry.credits_posted) FILTER (WHERE entry.kind = 107) AS set_aside_kg
    FROM ledger_pool_entry AS entry
    WHERE entry.kind BETWEEN 104 AND 107
),

totals AS (
    SELECT
        coalesce(sum(width.held_kg), 0) AS held_kg,
        coalesce(sum(width.reserved_kg), 0) AS reserved_kg,
        coalesce(sum(width.retired_kg), 0) AS retired_kg,
        coalesce(sum(width.cancelled_kg), 0) AS cancelled_kg,
        coalesce(sum(width.all_kg), 0) AS all_kg
    FROM width
),

issued AS (
    SELECT coalesce(sum(upper(issuance.serials) - lower(issuance.serials)), 0) AS kg
    FROM registry_issuance AS issuance
)

SELECT
    issued.kg::bigint AS issued_kg,
    totals.held_kg::bigint AS held_kg,
    totals.reserved_kg::bigint AS reserved_kg,
    totals.retired_kg::bigint AS retired_kg,
    totals.cancelled_kg::bigint AS cancelled_kg,
    (
        SELECT count(*)
        FROM registry_account AS account
        LEFT JOIN ledger_account AS book ON account.id = book.holder_id AND book.kind = 3
        LEFT JOIN width ON account.id = width.account_id
        WHERE
            (
                book.credits_posted - book.debits_posted - book.debits_pending,
                book.debits_pending
            )
            IS DISTINCT FROM (coalesce(width.held_kg, 0), coalesce(width.reserved_kg, 0))
    ) AS accounts_differing,
    (
        SELECT count(*)
        FROM width
        FULL JOIN moved ON width.account_id = moved.account_id
        WHERE
            (
                coalesce(width.held_kg, 0), coalesce(width.reserved_kg, 0),
                coalesce(width.retired_kg, 0), coalesce(width.cancelled_kg, 0)
            )
            IS DISTINCT FROM (
                coalesce(moved.held_kg, 0), coalesce(moved.reserved_kg, 0),
                coalesce(moved.retired_kg, 0), coalesce(moved.cancelled_kg, 0)
            )
    ) AS movements_differing,
    (
        SELECT count(*)
        FROM registry_line AS line
        LEFT JOIN ledger_transfer AS transfer ON line.transfer_id = transfer.id
        WHERE transfer.amount IS DISTINCT FROM line.kg
    ) AS lines_differing,
    (
        coalesce(pools.issued_kg, 0) <> issued.kg
        OR coalesce(pools.retired_kg, 0) <> totals.retired_kg
        OR coalesce(pools.cancelled_kg, 0) <> totals.cancelled_kg
        OR coalesce(pools.set_aside_kg, 0) <> 0
    )::integer AS pools_differing,
    (
        totals.all_kg <> issued.kg
        OR coalesce((SELECT counter.next_number - 1 FROM registry_counter AS counter), 0)
        <> issued.kg
    )::integer AS numbers_differing,
    (
        SELECT count(*)
        FROM registry_cap AS cap
        WHERE
            cap.issued_kg <> (
                SELECT sum(upper(issuance.serials) - lower(issuance.serials))
                FROM registry_issuance AS issuance
                WHERE issuance.project_id = cap.project_id AND issuance.vintage = cap.vintage
            )
    ) AS caps_differing
FROM totals
CROSS JOIN issued
CROSS JOIN pools;
