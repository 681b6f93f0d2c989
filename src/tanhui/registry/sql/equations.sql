-- Issued = held + reserved + retired + cancelled, from the blocks, by project and vintage. What was
-- issued is counted from the issuances, so that the two sides come from different rows.
WITH block_sum AS (
    SELECT
        account.project_id,
        account.vintage,
        block.state,
        sum(upper(block.serials) - lower(block.serials)) AS kg
    FROM registry_block AS block
    INNER JOIN registry_account AS account ON block.account_id = account.id
    GROUP BY account.project_id, account.vintage, block.state
),

by_state AS (
    SELECT
        block_sum.project_id,
        block_sum.vintage,
        coalesce(sum(block_sum.kg) FILTER (WHERE block_sum.state = 'held'), 0) AS held_kg,
        coalesce(sum(block_sum.kg) FILTER (WHERE block_sum.state = 'reserved'), 0) AS reserved_kg,
        coalesce(sum(block_sum.kg) FILTER (WHERE block_sum.state = 'retired'), 0) AS retired_kg,
        coalesce(sum(block_sum.kg) FILTER (WHERE block_sum.state = 'cancelled'), 0) AS cancelled_kg
    FROM block_sum
    GROUP BY block_sum.project_id, block_sum.vintage
),

issued AS (
    SELECT
        issuance.project_id,
        issuance.vintage,
        sum(upper(issuance.serials) - lower(issuance.serials)) AS kg
    FROM registry_issuance AS issuance
    GROUP BY issuance.project_id, issuance.vintage
)

SELECT
    project.code,
    issued.vintage,
    issued.kg::bigint AS issued_kg,
    coalesce(by_state.held_kg, 0)::bigint AS held_kg,
    coalesce(by_state.reserved_kg, 0)::bigint AS reserved_kg,
    coalesce(by_state.retired_kg, 0)::bigint AS retired_kg,
    coalesce(by_state.cancelled_kg, 0)::bigint AS cancelled_kg
FROM issued
INNER JOIN projects_project AS project ON issued.project_id = project.id
LEFT JOIN by_state
    ON issued.project_id = by_state.project_id AND issued.vintage = by_state.vintage
WHERE
    (%(project)s::text IS NULL OR project.code = %(project)s)
    AND (%(vintage)s::integer IS NULL OR issued.vintage = %(vintage)s)
ORDER BY project.code, issued.vintage;
