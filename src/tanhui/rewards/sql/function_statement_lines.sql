-- What became due to merchants between two times, and what came back after it was due, by window,
-- offer, merchant and month of the city. A unit is due when it is delivered.
CREATE FUNCTION rewards_statement_lines(p_from timestamptz, p_to timestamptz)
RETURNS TABLE (
    month date, sponsor_id integer, merchant_id integer, funding_id bigint, offer_id bigint,
    units bigint, points bigint, owed_fen bigint, returned_units bigint, returned_points bigint,
    returned_fen bigint
)
LANGUAGE sql
STABLE
AS $$
    SELECT
        date_trunc('month', step.at AT TIME ZONE 'Asia/Shanghai')::date AS month,
        funding.sponsor_id,
        offer.merchant_id,
        batch.funding_id,
        batch.offer_id,
        coalesce(sum(made.units) FILTER (WHERE step.state = 'delivered'), 0)::bigint AS units,
        coalesce(sum(made.points) FILTER (WHERE step.state = 'delivered'), 0)::bigint AS points,
        coalesce(sum(made.cost_fen) FILTER (WHERE step.state = 'delivered'), 0)::bigint AS owed_fen,
        coalesce(sum(made.units) FILTER (WHERE step.state = 'refunded'), 0)::bigint
            AS returned_units,
        coalesce(sum(made.points) FILTER (WHERE step.state = 'refunded'), 0)::bigint
            AS returned_points,
        coalesce(sum(made.cost_fen) FILTER (WHERE step.state = 'refunded'), 0)::bigint
            AS returned_fen
    FROM rewards_step AS step
    INNER JOIN rewards_redemption AS made
        ON step.citizen_id = made.citizen_id AND step.redemption_id = made.id
    INNER JOIN rewards_batch AS batch ON made.batch_id = batch.id
    INNER JOIN rewards_funding AS funding ON batch.funding_id = funding.id
    INNER JOIN rewards_offer AS offer ON batch.offer_id = offer.id
    WHERE
        step.at >= p_from AND step.at < p_to
        AND (
            step.state = 'delivered'
            OR step.state = 'refunded' AND EXISTS (
                SELECT 1
                FROM rewards_step AS earlier
                WHERE
                    earlier.citizen_id = step.citizen_id
                    AND earlier.redemption_id = step.redemption_id
                    AND earlier.state = 'delivered'
            )
        )
    GROUP BY 1, 2, 3, 4, 5
$$;
