DELETE FROM partners_delivery
WHERE received_at < %(before)s
RETURNING id;
