-- Whose deed a partner's reference is, and the city's day it was done on.
SELECT
    reference.citizen_id,
    ((reference.started_at AT TIME ZONE 'Asia/Shanghai')::date - '1970-01-01'::date) AS day
FROM behaviours_reference AS reference
WHERE
    reference.partner_id = %(partner_id)s
    AND reference.digest = %(digest)s
    AND reference.reference = %(reference)s;
