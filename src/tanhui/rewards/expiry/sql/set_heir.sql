INSERT INTO rewards_heir (citizen_id, cause_id, at)
VALUES (%(citizen_id)s, %(cause_id)s, %(at)s)
ON CONFLICT (citizen_id) DO UPDATE SET
    cause_id = excluded.cause_id,
    at = excluded.at;
