INSERT INTO rewards_cause_offer (offer_id, cause_id, at)
VALUES (%(offer_id)s, %(cause_id)s, %(at)s)
ON CONFLICT (offer_id) DO NOTHING
RETURNING offer_id;
