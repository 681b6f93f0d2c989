-- A browser has long forgotten what was not used for so long. The device that was just used stays,
-- so that no other one is ever the first again.
DELETE FROM identity_device
WHERE person_id = %(person_id)s AND seen_at < %(before)s AND token_hash <> %(token_hash)s;
