-- The last month that is closed, and the first that any window was open in.
SELECT
    (SELECT max(month) FROM rewards_settlement_month) AS last_closed,
    (SELECT min(opened_at) FROM rewards_funding) AS first_opened;
