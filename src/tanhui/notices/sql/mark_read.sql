UPDATE notices_message AS message
SET read_at = greatest(%(at)s, message.at)
WHERE
    message.person_id = %(person_id)s
    AND message.read_at IS NULL
    AND (%(message_id)s::uuid IS NULL OR message.id = %(message_id)s)
RETURNING message.id;
