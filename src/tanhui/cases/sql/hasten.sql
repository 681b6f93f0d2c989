-- Lets a term of a demo run out now. Only the owner of the database may, so that no program that
-- acts as the application could ever shorten a notice.
UPDATE cases_case SET clock_at = %(at)s
WHERE
    subject = %(subject)s AND closed_at IS NULL AND clock_at > %(at)s
RETURNING kind, clock_then;
