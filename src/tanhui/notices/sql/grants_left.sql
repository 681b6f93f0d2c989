SELECT
    allowed.template,
    count(*) AS times
FROM notices_grant AS allowed
WHERE allowed.person_id = %(person_id)s AND allowed.used_at IS NULL
GROUP BY allowed.template;
