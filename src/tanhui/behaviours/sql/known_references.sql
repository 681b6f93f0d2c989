-- The deeds already recorded under these references, with all that a repeat is compared by, as
-- whole columns. Whoever asks compares the full reference: a digest may belong to another one.
WITH known AS (
    SELECT
        item.ordinal - 1 AS place,
        known.reference,
        behaviour.citizen_id,
        (extract(EPOCH FROM behaviour.started_at) * 1000000)::bigint AS started,
        (extract(EPOCH FROM behaviour.ended_at) * 1000000)::bigint AS ended,
        behaviour.distance_m::bigint AS distance_m,
        behaviour.scene::bigint AS scene
    FROM unnest(%(digests)s) WITH ORDINALITY AS item (digest, ordinal)
    INNER JOIN behaviours_reference AS known
        ON known.partner_id = %(partner_id)s AND known.digest = item.digest
    INNER JOIN behaviours_behaviour AS behaviour
        ON
            behaviour.citizen_id = known.citizen_id
            AND behaviour.started_at = known.started_at
            AND behaviour.partner_id = known.partner_id
            AND behaviour.reference_digest = known.digest
    ORDER BY item.ordinal
)

SELECT
    array_agg(known.reference) AS reference_list,
    array_send(array_agg(known.place)) AS places,
    array_send(array_agg(known.citizen_id)) AS citizens,
    array_send(array_agg(known.started)) AS starts,
    array_send(array_agg(known.ended)) AS ends,
    array_send(array_agg(known.distance_m)) AS distances,
    array_send(array_agg(known.scene)) AS scenes
FROM known;
