WITH account AS (
    SELECT
        credits_posted AS credited,
        debits_posted + debits_pending AS used
    FROM ledger_account
    WHERE holder_id = %(citizen_id)s AND kind = 1
),

restored AS (
    SELECT
        coalesce(sum(points) FILTER (WHERE again), 0)::bigint AS again,
        coalesce(array_agg(points ORDER BY until), '{}') AS kept,
        coalesce(array_agg(until ORDER BY until), '{}') AS untils
    FROM rewards_restored
    WHERE citizen_id = %(citizen_id)s
),

mark AS (
    SELECT
        coalesce(array_agg(month::integer ORDER BY month), '{}') AS months,
        coalesce(array_agg(credited ORDER BY month), '{}') AS marks
    FROM rewards_mark
    WHERE citizen_id = %(citizen_id)s
),

pause AS (
    SELECT
        coalesce(array_agg(first_month::integer ORDER BY first_month), '{}') AS first_months,
        coalesce(array_agg(last_month::integer ORDER BY first_month), '{}') AS last_months
    FROM rewards_pause
    WHERE citizen_id = %(citizen_id)s
)

SELECT
    mark.months,
    mark.marks,
    pause.first_months,
    pause.last_months,
    restored.kept,
    restored.untils,
    coalesce((SELECT account.credited FROM account), 0) - restored.again AS credited,
    coalesce((SELECT account.used FROM account), 0) - restored.again AS used
FROM restored
CROSS JOIN mark
CROSS JOIN pause;
