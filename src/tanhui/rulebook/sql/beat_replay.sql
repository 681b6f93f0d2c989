UPDATE rulebook_replay AS replay
SET days_done = %(days_done)s, beat_at = clock_timestamp()
WHERE replay.id = %(replay_id)s AND replay.state = 'running';
