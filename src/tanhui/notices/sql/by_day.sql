SELECT
    (sending.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    sending.state,
    count(*) AS many
FROM notices_sending AS sending
WHERE sending.at > %(since)s
GROUP BY day, sending.state;
