-- How sending goes since an instant, by way and state.
SELECT
    sending.channel,
    sending.state,
    count(*) AS many,
    min(sending.due_at) AS oldest
FROM notices_sending AS sending
WHERE sending.at > %(since)s
GROUP BY sending.channel, sending.state;
