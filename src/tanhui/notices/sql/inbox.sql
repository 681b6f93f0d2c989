SELECT
    message.id,
    message.template,
    message.purpose,
    message.link,
    message.facts_sealed,
    message.at,
    message.read_at,
    (
        SELECT coalesce(array_agg(sending.channel ORDER BY sending.channel), '{}')
        FROM notices_sending AS sending
        WHERE
            sending.person_id = message.person_id
            AND sending.message_id = message.id
            AND sending.state = 'sent'
    ) AS sent
FROM notices_message AS message
WHERE
    message.person_id = %(person_id)s
    AND (%(message_id)s::uuid IS NULL OR message.id = %(message_id)s)
ORDER BY message.at DESC, message.id DESC
LIMIT %(limit)s;
