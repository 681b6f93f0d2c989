-- What a repeat is compared by, for deeds of one day named by their whole key, as whole columns.
-- The day is told apart from the keys, so that its partition is found when this is planned.
WITH known AS (
    SELECT
        behaviour.amount::bigint AS amount,
        behaviour.detail::bigint AS detail,
        behaviour.scene::bigint AS scene,
        item.ordinal - 1 AS place,
        (extract(EPOCH FROM behaviour.ended_at) * 1000000)::bigint AS ended
    FROM
        unnest(%(citizen_ids)s, %(started_at)s, %(digests)s)
        WITH ORDINALITY AS item (citizen_id, started_at, digest, ordinal)
    INNER JOIN behaviours_behaviour AS behaviour
        ON
            behaviour.citizen_id = item.citizen_id
            AND behaviour.started_at = item.started_at
            AND behaviour.reference_digest = item.digest
    WHERE
        behaviour.partner_id = %(partner_id)s
        AND behaviour.started_at >= %(day_start)s
        AND behaviour.started_at < %(day_end)s
)

SELECT
    array_send(array_agg(known.place)) AS places,
    array_send(array_agg(known.ended)) AS ends,
    array_send(array_agg(known.amount)) AS amounts,
    array_send(array_agg(known.detail)) AS details,
    array_send(array_agg(known.scene)) AS scenes
FROM known;
