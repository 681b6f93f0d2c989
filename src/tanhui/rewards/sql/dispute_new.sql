-- The line of a dispute that was just raised; answers its number.
INSERT INTO rewards_dispute (case_id, citizen_id, redemption_id, raised_by, at)
VALUES (%(case_id)s, %(citizen_id)s, %(redemption_id)s, %(raised_by)s, %(at)s)
RETURNING number;
