-- What happened in the registry, the newest first.
SELECT
    event.number,
    event.id,
    event.kind,
    event.at,
    event.organisation_id,
    event.facts,
    event.outbox_id,
    (
        SELECT sum(upper(movement.serials) - lower(movement.serials))
        FROM registry_movement AS movement
        WHERE movement.event_id = event.id
    )::bigint AS kg
FROM registry_event AS event
WHERE
    (%(before)s::bigint IS NULL OR event.number < %(before)s)
    AND (%(organisation_id)s::integer IS NULL OR event.organisation_id = %(organisation_id)s)
ORDER BY event.number DESC
LIMIT %(limit)s;
