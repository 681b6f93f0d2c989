-- Windows whose time is over, and those that ended and got money back since.
SELECT funding.id
FROM rewards_funding AS funding
LEFT JOIN ledger_account AS budget ON funding.id = budget.holder_id AND budget.kind = 4
WHERE
    funding.until <= %(at)s::timestamptz
    AND (
        funding.ended_at IS NULL
        OR budget.credits_posted > budget.debits_posted + budget.debits_pending
    )
ORDER BY funding.id;
