SELECT projects_move(
    %(id)s,
    %(from_state)s,
    %(to_state)s,
    CASE WHEN %(first)s::date IS NOT NULL THEN daterange(%(first)s, %(last)s, '[]') END,
    %(cap_kg)s,
    %(buffer_percent)s::smallint,
    %(at)s
);
