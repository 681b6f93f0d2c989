SELECT
    tick.check_code,
    tick.ticked_at,
    tick.delivery_id
FROM partners_contract_tick AS tick
WHERE tick.partner_id = %(partner_id)s;
