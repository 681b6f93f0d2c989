INSERT INTO behaviours_hold_opened (hold_id, reviewer, day)
VALUES (%(hold_id)s, %(reviewer)s, %(day)s)
ON CONFLICT DO NOTHING;
