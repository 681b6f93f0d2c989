-- Which of these digests are recorded, as whole columns: the place asked for, the full reference
-- (whoever asks compares it, for a digest may belong to another one) and the key of the deed.
WITH known AS (
    SELECT
        known.reference,
        known.citizen_id,
        known.started_at,
        item.ordinal - 1 AS place
    FROM unnest(%(digests)s) WITH ORDINALITY AS item (digest, ordinal)
    INNER JOIN behaviours_reference AS known
        ON known.partner_id = %(partner_id)s AND known.digest = item.digest
    ORDER BY item.ordinal
)

SELECT
    array_agg(known.reference) AS reference_list,
    array_send(array_agg(known.place)) AS places,
    array_send(array_agg(known.citizen_id)) AS citizens,
    array_send(array_agg(known.started_at)) AS starts
FROM known;
