INSERT INTO projects_foreign_register (name, title_zh, title_en, first_read_at)
VALUES (%(name)s, %(title_zh)s, %(title_en)s, %(at)s)
ON CONFLICT (name) DO NOTHING;
