-- The reductions of path one from four sides, in one statement and so of one instant: what the
-- ledger's pool gave, what the totals say stands with citizens (rolled, and still waiting for the
-- next roll), what open holds keep back, and what was taken back.
SELECT
    given.entries,
    given.measured_mg,
    coalesce((
        SELECT roll.reduction_mg
        FROM behaviours_roll AS roll
        ORDER BY roll.number DESC
        LIMIT 1
    ), 0) + coalesce((
        SELECT sum(waiting.reduction_mg)
        FROM behaviours_sum AS waiting
    ), 0) AS citizens_mg,
    coalesce((
        SELECT sum(hold.reduction_mg)
        FROM behaviours_hold AS hold
        WHERE NOT EXISTS (
            SELECT 1
            FROM behaviours_hold_end AS ended
            WHERE ended.hold_id = hold.id
        )
    ), 0) AS held_mg,
    coalesce((SELECT sum(void.reduction_mg) FROM behaviours_void AS void), 0) AS taken_back_mg
FROM (
    SELECT
        count(*) AS entries,
        coalesce(sum(entry.debits_posted + entry.debits_pending), 0) AS measured_mg
    FROM ledger_pool_entry AS entry
    WHERE entry.kind = %(pool)s
) AS given;
