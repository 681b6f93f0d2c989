-- Takes sendings whose hour has come, urgent ones first, for as long as the lease lasts; with all
-- that is needed to send them. Quiet hours leave what is not urgent where it is.
WITH due AS (
    SELECT
        sending.person_id,
        sending.message_id,
        sending.channel
    FROM notices_sending AS sending
    WHERE
        sending.channel = any(%(channels)s)
        AND (
            (sending.state = 'waiting' AND sending.due_at <= %(at)s)
            OR (sending.state = 'sending' AND sending.leased_until <= %(at)s)
        )
        AND (sending.urgent OR NOT %(quiet)s)
    ORDER BY sending.urgent DESC, sending.due_at ASC
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),

taken AS (
    UPDATE notices_sending AS sending
    SET state = 'sending', attempts = sending.attempts + 1, leased_until = %(leased_until)s
    FROM due
    WHERE
        sending.person_id = due.person_id
        AND sending.message_id = due.message_id
        AND sending.channel = due.channel
    RETURNING
        sending.person_id, sending.message_id, sending.channel, sending.purpose, sending.urgent,
        sending.attempts, sending.at
)

SELECT
    taken.person_id,
    taken.message_id,
    taken.channel,
    taken.urgent,
    taken.attempts,
    taken.at,
    message.template,
    message.link,
    message.facts_sealed,
    person.locale,
    person.phone_sealed,
    address.address_sealed,
    taken.channel IN (
        SELECT way.channel
        FROM notices_wanted(taken.person_id, taken.purpose) AS way (channel)
    ) AS wanted,
    (
        SELECT count(*)
        FROM notices_sending AS earlier
        WHERE
            earlier.person_id = taken.person_id
            AND earlier.channel = 'sms'
            AND earlier.message_id <> taken.message_id
            AND earlier.state IN ('sending', 'sent')
            AND coalesce(earlier.ended_at, %(at)s) > %(week_ago)s
    ) AS texts,
    exists(
        SELECT 1
        FROM notices_grant AS allowed
        WHERE
            allowed.person_id = taken.person_id
            AND allowed.template = message.template
            AND allowed.used_at IS NULL
    ) AS allowed
FROM taken
INNER JOIN notices_message AS message
    ON message.person_id = taken.person_id AND message.id = taken.message_id
INNER JOIN identity_person AS person ON person.id = taken.person_id
LEFT JOIN notices_address AS address
    ON address.person_id = taken.person_id AND address.channel = taken.channel
ORDER BY taken.urgent DESC, taken.at ASC;
