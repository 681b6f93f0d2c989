-- The deeds already recorded under these references, with all that a repeat is compared by.
-- An ordinal whose digest is known but whose reference differs is a collision, told as such.
SELECT
    item.ordinal - 1 AS place,
    known.reference,
    behaviour.citizen_id,
    (extract(EPOCH FROM behaviour.started_at) * 1000000)::bigint AS started,
    (extract(EPOCH FROM behaviour.ended_at) * 1000000)::bigint AS ended,
    behaviour.distance_m,
    behaviour.scene
FROM unnest(%(digests)s) WITH ORDINALITY AS item (digest, ordinal)
INNER JOIN behaviours_reference AS known
    ON known.partner_id = %(partner_id)s AND known.digest = item.digest
INNER JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = known.citizen_id
        AND behaviour.started_at = known.started_at
        AND behaviour.partner_id = known.partner_id
        AND behaviour.reference_digest = known.digest;
