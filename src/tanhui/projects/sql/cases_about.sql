-- Every case of these kinds about a project, closed or not, in the order they were opened.
SELECT found.id
FROM cases_case AS found
WHERE found.kind = any(%(kinds)s) AND found.subject = %(subject)s
ORDER BY found.opened_at, found.id;
