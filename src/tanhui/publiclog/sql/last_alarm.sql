SELECT
    alarm.at,
    alarm.code,
    alarm.words
FROM publiclog_alarm AS alarm
ORDER BY alarm.id DESC
LIMIT 1;
