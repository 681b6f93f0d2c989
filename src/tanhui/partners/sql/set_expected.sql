UPDATE partners_partner
SET expected_hours = %(expected_hours)s, modes = %(modes)s::text[]
WHERE id = %(partner_id)s;
