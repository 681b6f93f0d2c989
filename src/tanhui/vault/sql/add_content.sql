INSERT INTO vault_content (sha256, size, media_type, scan, at)
VALUES (%(sha256)s, %(size)s, %(media_type)s, %(scan)s, %(at)s)
ON CONFLICT (sha256) DO NOTHING;
