SELECT
    event.id,
    event.kind,
    event.facts
FROM registry_event AS event
WHERE event.organisation_id = %(organisation_id)s AND event.reference = %(reference)s;
