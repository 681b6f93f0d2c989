DELETE FROM identity_session
WHERE expires_at < %(before)s;
