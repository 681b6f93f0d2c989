INSERT INTO rulebook_replay (proposal_id, digest, first_day, last_day, actor, asked_at)
VALUES (%(proposal_id)s, %(digest)s, %(first_day)s, %(last_day)s, %(actor)s, %(at)s)
RETURNING id;
