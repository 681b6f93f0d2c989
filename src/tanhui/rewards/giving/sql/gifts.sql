WITH gift AS (
    SELECT
        way.cause_id,
        redemption.points,
        redemption.at,
        FALSE AS by_expiry
    FROM rewards_redemption AS redemption
    INNER JOIN rewards_cause_offer AS way ON redemption.offer_id = way.offer_id
    WHERE redemption.citizen_id = %(citizen_id)s AND redemption.state = 'delivered'
    UNION ALL
    SELECT
        expired.cause_id,
        expired.points,
        expired.at,
        TRUE AS by_expiry
    FROM rewards_expired AS expired
    WHERE expired.citizen_id = %(citizen_id)s AND expired.cause_id IS NOT NULL
)

SELECT
    gift.cause_id,
    gift.points,
    gift.at,
    gift.by_expiry,
    (
        SELECT count(*)
        FROM rewards_cause_report AS report
        WHERE report.cause_id = gift.cause_id AND report.at >= gift.at
    ) AS reports
FROM gift
ORDER BY gift.at DESC;
