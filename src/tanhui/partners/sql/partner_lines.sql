-- Partners with where they stand, of one code or all.
SELECT
    partner.id,
    partner.code,
    partner.name_zh,
    partner.name_en,
    partner.scene,
    partner.simulated,
    partner.registered_at,
    partner.expected_hours,
    partner.modes,
    partner.items_per_day,
    partner.requests_per_minute,
    exists(
        SELECT 1
        FROM partners_approval AS approval
        WHERE approval.partner_id = partner.id
    ) AS approved,
    (
        SELECT count(*)
        FROM partners_key AS key
        WHERE
            key.partner_id = partner.id
            AND NOT EXISTS (
                SELECT 1
                FROM partners_key_end AS ending
                WHERE ending.key_id = key.id
            )
    ) AS active_keys,
    (
        SELECT max(delivery.received_at)
        FROM partners_delivery AS delivery
        WHERE delivery.partner_id = partner.id
    ) AS last_delivery_at
FROM partners_partner AS partner
WHERE %(code)s::text IS NULL OR partner.code = %(code)s
ORDER BY partner.id;
