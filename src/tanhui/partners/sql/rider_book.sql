-- All riders of a partner as two whole columns, and who of all citizens refuses: the records of
-- this partner, whereabouts from any. Refusals have an index of their own and are few.
WITH refused AS (
    SELECT DISTINCT
        said.person_id,
        said.purpose
    FROM identity_consent AS said
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

book AS (
    SELECT
        array_send(array_agg(rider.rider_digest ORDER BY rider.rider_digest)) AS digests,
        array_send(array_agg(rider.citizen_id ORDER BY rider.rider_digest)) AS citizens
    FROM partners_rider AS rider
    WHERE rider.partner_id = %(partner_id)s
)

SELECT
    book.digests,
    book.citizens,
    no_records.persons AS no_records,
    no_journeys.persons AS no_journeys
FROM book
CROSS JOIN no_records
CROSS JOIN no_journeys;
