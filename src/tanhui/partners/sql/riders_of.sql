-- The citizens of some of a partner's riders, as whole columns: the place asked for, the citizen.
WITH bound AS (
    SELECT
        rider.citizen_id,
        item.ordinal - 1 AS place
    FROM unnest(%(digests)s) WITH ORDINALITY AS item (digest, ordinal)
    INNER JOIN partners_rider AS rider
        ON rider.partner_id = %(partner_id)s AND rider.rider_digest = item.digest
)

SELECT
    array_send(array_agg(bound.place)) AS places,
    array_send(array_agg(bound.citizen_id)) AS citizens
FROM bound;
