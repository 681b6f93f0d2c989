-- Everything that happened to one kilogram, with the range it was moved in each time.
SELECT
    event.id,
    event.kind,
    event.at,
    movement.from_account_id,
    movement.to_account_id,
    source.organisation_id AS from_organisation_id,
    target.organisation_id AS to_organisation_id,
    event.facts,
    event.outbox_id,
    lower(movement.serials) AS first_number,
    upper(movement.serials) - 1 AS last_number,
    coalesce(retirement.serial, replaced.serial) AS retirement_serial,
    coalesce(retirement.year, replaced.year) AS retirement_year
FROM registry_movement AS movement
INNER JOIN registry_event AS event ON movement.event_id = event.id
INNER JOIN registry_account AS target ON movement.to_account_id = target.id
LEFT JOIN registry_account AS source ON movement.from_account_id = source.id
LEFT JOIN registry_retirement AS retirement
    ON event.id = retirement.id OR event.id = retirement.ended_by
LEFT JOIN registry_replacement AS replacement ON event.id = replacement.event_id
LEFT JOIN registry_retirement AS replaced ON replacement.retirement_id = replaced.id
WHERE movement.serials @> %(number)s::bigint
ORDER BY event.number;
