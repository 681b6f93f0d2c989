SELECT leaf.leaf
FROM publiclog_outbox AS leaf
WHERE leaf.position >= %(first)s AND leaf.position < %(until)s
ORDER BY leaf.position;
