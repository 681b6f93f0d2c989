-- What is decided about one partner is decided one at a time.
SELECT partner.id
FROM partners_partner AS partner
WHERE partner.id = %(partner_id)s
FOR NO KEY UPDATE;
