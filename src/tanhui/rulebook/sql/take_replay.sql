-- Takes the oldest replay that waits, or that nobody has worked at for a while: one worker each.
UPDATE rulebook_replay AS replay
SET state = 'running', days_done = 0, beat_at = clock_timestamp()
FROM (
    SELECT waiting.id
    FROM rulebook_replay AS waiting
    WHERE
        (
            waiting.state = 'waiting'
            OR (
                waiting.state = 'running'
                AND waiting.beat_at < clock_timestamp() - interval '2 minutes'
            )
        )
        AND (%(replay_id)s::bigint IS NULL OR waiting.id = %(replay_id)s)
    ORDER BY waiting.id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS chosen
WHERE replay.id = chosen.id
RETURNING
    replay.id,
    replay.proposal_id,
    replay.digest,
    replay.first_day,
    replay.last_day,
    replay.asked_at,
    replay.state,
    replay.days_done,
    replay.finished_at,
    replay.result;
