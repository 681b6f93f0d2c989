WITH given AS (
    SELECT
        way.cause_id,
        sum(redemption.points) AS points,
        count(*) AS times
    FROM rewards_cause_offer AS way
    INNER JOIN rewards_redemption AS redemption ON way.offer_id = redemption.offer_id
    WHERE
        (%(id)s::bigint IS NULL OR way.cause_id = %(id)s)
        AND redemption.state = 'delivered'
    GROUP BY way.cause_id
)

SELECT
    cause.id,
    cause.title_zh,
    cause.title_en,
    cause.about_zh,
    cause.about_en,
    cause.receiver_zh,
    cause.receiver_en,
    cause.art,
    cause.opened_at,
    cause.ended_at,
    (cause.given_points + coalesce(given.points, 0))::bigint AS points,
    cause.given_times + coalesce(given.times, 0) AS times,
    array(
        SELECT offer.code
        FROM rewards_cause_offer AS way
        INNER JOIN rewards_offer AS offer ON way.offer_id = offer.id
        WHERE way.cause_id = cause.id
        ORDER BY offer.code
    ) AS offer_codes
FROM rewards_cause AS cause
LEFT JOIN given ON cause.id = given.cause_id
WHERE
    (%(id)s::bigint IS NULL OR cause.id = %(id)s)
    AND (NOT %(open_only)s OR cause.ended_at IS NULL)
ORDER BY cause.ended_at IS NOT NULL, cause.id DESC;
