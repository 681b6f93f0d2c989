-- What became of a sending that this program took and still holds.
UPDATE notices_sending AS sending
SET
    state = %(state)s,
    due_at = coalesce(%(due_at)s, sending.due_at),
    leased_until = NULL,
    language = %(language)s,
    reference = %(reference)s,
    reason = %(reason)s,
    ended_at = %(ended_at)s
WHERE
    sending.person_id = %(person_id)s
    AND sending.message_id = %(message_id)s
    AND sending.channel = %(channel)s
    AND sending.state = 'sending'
    AND sending.attempts = %(attempts)s
RETURNING sending.message_id;
