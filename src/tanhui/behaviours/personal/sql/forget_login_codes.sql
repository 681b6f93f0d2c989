DELETE FROM identity_logincode
WHERE phone_index = any(%(indexes)s::bytea[]);
