-- Who has taken these citizens' day, as whole columns.
WITH held AS (
    SELECT
        taken.owner::bigint AS owner,
        item.ordinal - 1 AS place
    FROM
        unnest(%(citizen_ids)s, %(kinds)s)
        WITH ORDINALITY AS item (citizen_id, kind, ordinal)
    INNER JOIN claims_day AS taken
        ON taken.citizen_id = item.citizen_id AND taken.kind = item.kind
    WHERE taken.day = %(day)s
)

SELECT
    array_send(array_agg(held.place)) AS places,
    array_send(array_agg(held.owner)) AS owners
FROM held;
