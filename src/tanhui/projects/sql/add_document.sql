INSERT INTO projects_document (id, project_id, period_id, kind, title, file_id, at)
VALUES (%(id)s, %(project_id)s, %(period_id)s, %(kind)s, %(title)s, %(file_id)s, %(at)s);
