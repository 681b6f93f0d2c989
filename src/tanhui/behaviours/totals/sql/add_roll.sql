INSERT INTO behaviours_roll (
    number, rolled_at, people, deeds, reduction_mg, points, outbox_id
) VALUES (
    %(number)s, %(at)s, %(people)s, %(deeds)s, %(reduction_mg)s, %(points)s, %(outbox_id)s
);
