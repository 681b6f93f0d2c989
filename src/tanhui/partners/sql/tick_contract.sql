INSERT INTO partners_contract_tick (partner_id, check_code, ticked_at, delivery_id)
SELECT
    %(partner_id)s,
    item.check_code,
    %(at)s,
    %(delivery_id)s::uuid
FROM unnest(%(codes)s::text[]) AS item (check_code)
ON CONFLICT DO NOTHING;
