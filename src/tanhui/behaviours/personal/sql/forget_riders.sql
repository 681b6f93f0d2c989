DELETE FROM partners_rider
WHERE citizen_id = %(person_id)s
RETURNING partner_id, rider_digest, bound_at;
