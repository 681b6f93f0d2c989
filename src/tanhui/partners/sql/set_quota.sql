UPDATE partners_partner
SET items_per_day = %(items_per_day)s, requests_per_minute = %(requests_per_minute)s
WHERE id = %(partner_id)s;
