DELETE FROM identity_logincode
WHERE created_at < %(before)s;
