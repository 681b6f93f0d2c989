-- Registered projects whose crediting period is over, the longest ago first.
SELECT project.code
FROM projects_project AS project
WHERE project.state = 'registered' AND upper(project.crediting) <= %(day)s
ORDER BY upper(project.crediting), project.id
LIMIT %(rows_max)s;
