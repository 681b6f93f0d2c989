-- The citizens of some of a partner's riders, as whole columns: the place asked for, the citizen;
-- and who of these citizens refuses: the records of this partner, whereabouts from any.
WITH bound AS (
    SELECT
        rider.citizen_id,
        item.ordinal - 1 AS place
    FROM unnest(%(digests)s) WITH ORDINALITY AS item (digest, ordinal)
    INNER JOIN partners_rider AS rider
        ON rider.partner_id = %(partner_id)s AND rider.rider_digest = item.digest
),

refused AS (
    SELECT DISTINCT
        said.person_id,
        said.purpose
    FROM bound
    INNER JOIN identity_consent AS said ON said.person_id = bound.citizen_id
    WHERE
        said.event <> 'given'
        AND (
            (said.purpose = %(records)s AND said.partner_id = %(partner_id)s)
            OR (said.purpose = %(location)s AND said.partner_id = 0)
        )
        AND NOT EXISTS (
            SELECT 1
            FROM identity_consent AS later
            WHERE
                later.person_id = said.person_id
                AND later.purpose = said.purpose
                AND later.partner_id = said.partner_id
                AND later.id > said.id
                AND later.event = 'given'
        )
),

no_records AS (
    SELECT array_send(array_agg(refused.person_id)) AS persons
    FROM refused
    WHERE refused.purpose = %(records)s
),

no_journeys AS (
    SELECT array_send(array_agg(refused.person_id)) AS persons
    FROM refused
    WHERE refused.purpose = %(location)s
),

found AS (
    SELECT
        array_send(array_agg(bound.place)) AS places,
        array_send(array_agg(bound.citizen_id)) AS citizens
    FROM bound
)

SELECT
    found.places,
    found.citizens,
    no_records.persons AS no_records,
    no_journeys.persons AS no_journeys
FROM found
CROSS JOIN no_records
CROSS JOIN no_journeys;
