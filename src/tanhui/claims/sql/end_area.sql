INSERT INTO claims_area_end (area_id, last_day, outbox_id, at)
VALUES (%(id)s, %(last)s, %(outbox_id)s, %(at)s);
