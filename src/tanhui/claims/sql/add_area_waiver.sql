INSERT INTO claims_area_waiver (project, until_day, words, person_id, outbox_id, at)
VALUES (%(project)s, %(until)s, %(words)s, %(person_id)s, %(outbox_id)s, %(at)s);
