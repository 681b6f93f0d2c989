INSERT INTO behaviours_statement (
    day, roll, stated_at, deeds, reduction_mg, points, outbox_id
) VALUES (
    %(day)s, %(roll)s, %(at)s, %(deeds)s, %(reduction_mg)s, %(points)s, %(outbox_id)s
);
