WITH forgotten AS (
    DELETE FROM partners_delivery
    WHERE received_at < %(before)s
    RETURNING id
)

SELECT count(*) AS deliveries
FROM forgotten;
