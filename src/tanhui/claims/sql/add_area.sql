INSERT INTO claims_area (project, modes, geometry, first_day, last_day, outbox_id, taken_at)
VALUES (
    %(project)s, %(modes)s, %(geometry)s::jsonb, %(first)s, %(last)s, %(outbox_id)s, %(at)s
)
RETURNING id;
