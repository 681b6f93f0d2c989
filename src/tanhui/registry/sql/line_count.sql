SELECT count(*) AS lines
FROM registry_line AS line
WHERE line.event_id = %(event_id)s;
