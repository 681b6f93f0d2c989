-- A session was used. Once a minute is enough to know when its owner went away.
UPDATE identity_session
SET seen_at = %(at)s
WHERE
    token_hash = %(token_hash)s
    AND coalesce(seen_at, created_at) < %(before)s;
