-- The limits of a partner and what of them is used in the windows of now.
SELECT
    partner.items_per_day,
    partner.requests_per_minute,
    CASE WHEN used.day >= %(day)s::date THEN used.items ELSE 0 END AS items,
    CASE WHEN used.minute >= %(minute)s::timestamptz THEN used.requests ELSE 0 END AS requests,
    greatest(used.minute, %(minute)s::timestamptz) AS minute
FROM partners_partner AS partner
LEFT JOIN partners_use AS used
    ON used.partner_id = partner.id AND used.environment = %(environment)s
WHERE partner.id = %(partner_id)s;
