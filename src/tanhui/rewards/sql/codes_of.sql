SELECT code_sealed
FROM rewards_code
WHERE redemption_id = %(redemption_id)s
ORDER BY id;
