-- Uses up the oldest permission of a template, or all of them where WeChat says there is none.
UPDATE notices_grant AS allowed
SET used_at = greatest(%(at)s, allowed.at)
WHERE
    allowed.used_at IS NULL
    AND allowed.person_id = %(person_id)s
    AND allowed.template = %(template)s
    AND (
        %(every)s
        OR allowed.id = (
            SELECT min(oldest.id)
            FROM notices_grant AS oldest
            WHERE
                oldest.person_id = %(person_id)s
                AND oldest.template = %(template)s
                AND oldest.used_at IS NULL
        )
    )
RETURNING allowed.id;
