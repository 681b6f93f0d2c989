SELECT count(leaf.position)
FROM publiclog_outbox AS leaf;
