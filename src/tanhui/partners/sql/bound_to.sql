-- Which partners know a citizen, and since when.
SELECT
    partner.id,
    partner.code,
    partner.name_zh,
    partner.name_en,
    partner.modes,
    min(rider.bound_at) AS since
FROM partners_rider AS rider
INNER JOIN partners_partner AS partner ON partner.id = rider.partner_id
WHERE rider.citizen_id = %(citizen_id)s
GROUP BY partner.id
ORDER BY partner.id;
