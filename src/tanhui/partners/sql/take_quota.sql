-- Counts requests if they fit; no row is answered, and nothing counted, if it does not.
-- Of two clocks the one ahead says which window it is.
INSERT INTO partners_use AS used (
    partner_id, environment, day, items, minute, requests, item_limit, request_limit
)
SELECT
    partner.id,
    %(environment)s,
    %(day)s::date AS day,
    %(items)s,
    %(minute)s::timestamptz AS minute,
    %(requests)s,
    partner.items_per_day,
    partner.requests_per_minute
FROM partners_partner AS partner
WHERE
    partner.id = %(partner_id)s
    AND partner.items_per_day >= %(items)s
    AND partner.requests_per_minute >= %(requests)s
ON CONFLICT (partner_id, environment) DO UPDATE
    SET
        day = greatest(used.day, excluded.day),
        items = excluded.items + CASE WHEN used.day >= excluded.day THEN used.items ELSE 0 END,
        minute = greatest(used.minute, excluded.minute),
        requests = excluded.requests
        + CASE WHEN used.minute >= excluded.minute THEN used.requests ELSE 0 END,
        item_limit = excluded.item_limit,
        request_limit = excluded.request_limit
    WHERE
    excluded.items + CASE WHEN used.day >= excluded.day THEN used.items ELSE 0 END
    <= excluded.item_limit
    AND excluded.requests + CASE WHEN used.minute >= excluded.minute THEN used.requests ELSE 0 END
    <= excluded.request_limit
RETURNING used.item_limit, used.request_limit, used.items, used.requests, used.minute;
