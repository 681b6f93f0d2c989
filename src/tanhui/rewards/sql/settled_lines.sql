-- Lines of months that are closed, as they were closed.
SELECT
    settlement.month,
    settlement.sponsor_id,
    settlement.merchant_id,
    line.funding_id,
    line.offer_id,
    line.units,
    line.points,
    line.owed_fen,
    line.returned_units,
    line.returned_points,
    line.returned_fen
FROM rewards_settlement AS settlement
INNER JOIN rewards_settlement_line AS line ON settlement.id = line.settlement_id
WHERE
    (%(month)s::date IS NULL OR settlement.month = %(month)s)
    AND (%(sponsor_id)s::integer IS NULL OR settlement.sponsor_id = %(sponsor_id)s)
    AND (%(merchant_id)s::integer IS NULL OR settlement.merchant_id = %(merchant_id)s)
ORDER BY
    settlement.month, settlement.sponsor_id, settlement.merchant_id, line.offer_id,
    line.funding_id;
