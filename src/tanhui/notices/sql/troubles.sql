-- What failed or was dropped, by its reason; without anybody's name.
SELECT
    sending.channel,
    message.template,
    sending.state,
    sending.reason,
    count(*) AS many,
    max(sending.ended_at) AS latest
FROM notices_sending AS sending
INNER JOIN notices_message AS message
    ON message.person_id = sending.person_id AND message.id = sending.message_id
WHERE sending.state IN ('failed', 'dropped') AND sending.at > %(since)s
GROUP BY sending.channel, message.template, sending.state, sending.reason
ORDER BY sending.state DESC, many DESC, latest DESC
LIMIT 50;
