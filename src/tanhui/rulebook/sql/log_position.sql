SELECT outbox.position
FROM publiclog_outbox AS outbox
WHERE outbox.id = %(outbox_id)s;
