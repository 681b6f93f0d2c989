UPDATE rulebook_replay AS replay
SET state = %(state)s, result = %(result)s, finished_at = %(at)s
WHERE replay.id = %(replay_id)s AND replay.state = 'running';
