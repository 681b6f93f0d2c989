WITH later AS (
    UPDATE rewards_mark SET credited = least(credited + %(points)s, %(total)s)
    WHERE citizen_id = %(citizen_id)s AND month > %(month)s
)

INSERT INTO rewards_mark (citizen_id, month, credited, at)
VALUES (%(citizen_id)s, %(month)s, %(credited)s::bigint, %(at)s)
ON CONFLICT (citizen_id, month) DO UPDATE SET credited = excluded.credited;
