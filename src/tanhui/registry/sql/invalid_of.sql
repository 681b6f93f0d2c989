-- The cancellation by which a retired kilogram turned out not to count.
SELECT
    event.id,
    event.at,
    event.facts,
    event.outbox_id
FROM registry_invalid AS invalid
INNER JOIN registry_event AS event ON invalid.event_id = event.id
WHERE invalid.serials @> %(number)s::bigint;
