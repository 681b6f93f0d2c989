INSERT INTO projects_signature (project_id, number, party, person_id, organisation_id, at)
VALUES (%(project_id)s, %(number)s, %(party)s, %(person_id)s, %(organisation_id)s, %(at)s);
