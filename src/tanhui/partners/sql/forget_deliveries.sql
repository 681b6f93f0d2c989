-- By partner, so that the old ones are found by their index, however many are kept.
WITH forgotten AS (
    DELETE FROM partners_delivery AS delivery
    USING partners_partner AS partner
    WHERE delivery.partner_id = partner.id AND delivery.received_at < %(before)s
    RETURNING delivery.id
)

SELECT count(*) AS deliveries
FROM forgotten;
