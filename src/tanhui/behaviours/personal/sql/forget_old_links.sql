DELETE FROM identity_loginlink
WHERE expires_at < %(before)s;
