-- The replays of a proposal, the latest first.
SELECT
    replay.id,
    replay.proposal_id,
    replay.digest,
    replay.first_day,
    replay.last_day,
    replay.asked_at,
    replay.state,
    replay.days_done,
    replay.finished_at,
    replay.result
FROM rulebook_replay AS replay
WHERE replay.proposal_id = %(proposal_id)s
ORDER BY replay.id DESC;
