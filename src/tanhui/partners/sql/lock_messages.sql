-- A message and its twin are answered one after the other. Always in one order, so that two who
-- come with the same messages never wait in a circle.
SELECT pg_advisory_xact_lock(7226585, line.number)
FROM (
    SELECT DISTINCT
        hashtext(
            concat_ws(' ', %(partner_id)s::text, %(environment)s::text, item.message_id)
        ) AS number
    FROM unnest(%(message_ids)s::text[]) AS item (message_id)
    ORDER BY number
) AS line;
