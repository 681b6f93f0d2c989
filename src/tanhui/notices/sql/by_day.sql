SELECT
    sending.state,
    (sending.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    count(*) AS many
FROM notices_sending AS sending
WHERE sending.at > %(since)s
GROUP BY sending.state, day;
