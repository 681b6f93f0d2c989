INSERT INTO behaviours_hold_end (hold_id, outcome, actor, reason, ended_at)
VALUES (%(id)s, %(outcome)s, %(actor)s, %(reason)s, %(at)s);
