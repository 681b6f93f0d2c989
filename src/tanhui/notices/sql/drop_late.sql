-- What waited too long is no news any more.
UPDATE notices_sending AS sending
SET state = 'dropped', reason = 'late', leased_until = NULL, ended_at = %(at)s
WHERE
    sending.state IN ('waiting', 'sending')
    AND sending.due_at <= %(before)s
    AND (sending.leased_until IS NULL OR sending.leased_until <= %(at)s)
RETURNING sending.message_id;
