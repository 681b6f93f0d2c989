-- Lines of months that are not closed, from the books as they stand.
SELECT
    month,
    sponsor_id,
    merchant_id,
    funding_id,
    offer_id,
    units,
    points,
    owed_fen,
    returned_units,
    returned_points,
    returned_fen
FROM rewards_statement_lines(%(starts_at)s::timestamptz, %(ends_at)s::timestamptz)
WHERE
    (%(sponsor_id)s::integer IS NULL OR sponsor_id = %(sponsor_id)s)
    AND (%(merchant_id)s::integer IS NULL OR merchant_id = %(merchant_id)s)
ORDER BY month, sponsor_id, merchant_id, offer_id, funding_id;
