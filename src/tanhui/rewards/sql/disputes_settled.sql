-- Live disputes whose points came back in another way, the earliest first.
SELECT dispute.number
FROM rewards_dispute AS dispute
INNER JOIN cases_case AS found ON dispute.case_id = found.id
INNER JOIN rewards_redemption AS redemption
    ON dispute.citizen_id = redemption.citizen_id AND dispute.redemption_id = redemption.id
WHERE found.closed_at IS NULL AND redemption.state = 'refunded'
ORDER BY dispute.number
LIMIT %(limit)s;
