-- The deeds of a person that are still held: the city's day, and the key beside the person.
SELECT
    ((hold.started_at AT TIME ZONE 'Asia/Shanghai')::date - '1970-01-01'::date) AS day,
    hold.partner_id,
    hold.reference_digest
FROM behaviours_hold AS hold
WHERE
    hold.citizen_id = %(person_id)s
    AND NOT EXISTS (
        SELECT 1
        FROM behaviours_hold_end AS ended
        WHERE ended.hold_id = hold.id
    );
