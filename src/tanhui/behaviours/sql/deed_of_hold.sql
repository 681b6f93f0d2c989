SELECT
    hold.citizen_id,
    hold.started_at,
    hold.partner_id,
    hold.reference_digest
FROM behaviours_hold AS hold
WHERE hold.id = %(hold_id)s;
