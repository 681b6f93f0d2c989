INSERT INTO partners_approval (partner_id, approved_at, approved_by, missing, waived)
VALUES (%(partner_id)s, %(at)s, %(actor)s, %(missing)s::text[], %(waived)s)
ON CONFLICT DO NOTHING
RETURNING partner_id;
