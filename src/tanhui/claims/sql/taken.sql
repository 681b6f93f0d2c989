-- What is taken of these rows of one day of the city, as whole columns. The day's bounds are told
-- apart from the rows, so that its partition is found when this is planned.
WITH held AS (
    SELECT
        time.taken,
        item.ordinal - 1 AS place
    FROM
        unnest(%(citizen_ids)s, %(blocks)s)
        WITH ORDINALITY AS item (citizen_id, block, ordinal)
    INNER JOIN claims_time AS time
        ON time.citizen_id = item.citizen_id AND time.block = item.block
    WHERE time.block >= %(first_block)s AND time.block < %(first_block)s + 6
)

SELECT
    array_send(array_agg(held.place)) AS places,
    array_send(array_agg(held.taken)) AS taken
FROM held;
