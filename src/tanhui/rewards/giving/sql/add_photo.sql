INSERT INTO rewards_cause_photo (report_id, number, file_id)
VALUES (%(report_id)s, %(number)s, %(file_id)s);
