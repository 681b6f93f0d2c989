INSERT INTO projects_foreign_import (register, file_name, sha256, outcome, at)
VALUES (%(register)s, %(file_name)s, %(sha256)s, '{}', %(at)s)
RETURNING id;
