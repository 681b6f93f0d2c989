-- Which of these rows were read before.
SELECT known.digest
FROM projects_foreign_row AS known
WHERE known.register = %(register)s AND known.digest = any(%(digests)s);
