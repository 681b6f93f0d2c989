INSERT INTO publiclog_outbox (at, leaf)
VALUES (%(at)s, %(leaf)s)
RETURNING id;
