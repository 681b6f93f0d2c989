-- The deeds of a person that are still held: the key beside the person, and the city's day.
SELECT
    hold.partner_id,
    hold.reference_digest,
    ((hold.started_at AT TIME ZONE 'Asia/Shanghai')::date - '1970-01-01'::date) AS day
FROM behaviours_hold AS hold
WHERE
    hold.citizen_id = %(person_id)s
    AND NOT EXISTS (
        SELECT 1
        FROM behaviours_hold_end AS ended
        WHERE ended.hold_id = hold.id
    );
