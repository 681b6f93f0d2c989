INSERT INTO registry_aside (id, kind, organisation_id, reason)
VALUES (%(id)s, %(kind)s, %(organisation_id)s, %(reason)s);
