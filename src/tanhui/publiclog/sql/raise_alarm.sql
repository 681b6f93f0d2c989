INSERT INTO publiclog_alarm (at, code, words)
VALUES (%(at)s, %(code)s, %(words)s);
