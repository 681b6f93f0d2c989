SELECT leaf.position
FROM publiclog_outbox AS leaf
WHERE leaf.id = %(id)s;
