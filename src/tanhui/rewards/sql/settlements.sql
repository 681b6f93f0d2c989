-- Settlements with what both sides said of them, the newest month first.
SELECT
    settlement.id,
    settlement.month,
    settlement.sponsor_id,
    settlement.merchant_id,
    settlement.owed_fen,
    settlement.returned_fen,
    settlement.brought_fen,
    settlement.due_fen,
    settlement.carried_fen,
    settlement.at,
    act.kind,
    act.organisation_id,
    act.reference,
    act.words,
    act.at AS said_at
FROM rewards_settlement AS settlement
LEFT JOIN rewards_settlement_act AS act ON settlement.id = act.settlement_id
WHERE
    (%(id)s::bigint IS NULL OR settlement.id = %(id)s)
    AND (%(month)s::date IS NULL OR settlement.month = %(month)s)
    AND (%(sponsor_id)s::integer IS NULL OR settlement.sponsor_id = %(sponsor_id)s)
    AND (%(merchant_id)s::integer IS NULL OR settlement.merchant_id = %(merchant_id)s)
ORDER BY settlement.month DESC, settlement.id ASC, act.number ASC;
