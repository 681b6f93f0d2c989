-- Moves what waits into the totals, and answers what that added, by day and scene. What commits
-- while this runs is not seen, stays where it is and waits for the next roll. The caller holds the
-- lock of rolls and writes the roll's own row and its leaf in the same transaction.
CREATE OR REPLACE FUNCTION behaviours_take_sums(p_roll bigint, p_at timestamptz)
RETURNS TABLE (day date, scene smallint, deeds bigint, reduction_mg bigint, points bigint)
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH taken AS (
        DELETE FROM behaviours_sum
        RETURNING *
    ),

    summed AS (
        SELECT
            taken.partner_id,
            taken.day,
            taken.scene,
            taken.district,
            sum(taken.deeds)::bigint AS deeds,
            sum(taken.merged)::bigint AS merged,
            sum(taken.held)::bigint AS held,
            sum(taken.reversed)::bigint AS reversed,
            sum(taken.voided)::bigint AS voided,
            sum(taken.amount)::bigint AS amount,
            sum(taken.reduction_mg)::bigint AS reduction_mg,
            sum(taken.points)::bigint AS points
        FROM taken
        GROUP BY taken.partner_id, taken.day, taken.scene, taken.district
    ),

    added AS (
        INSERT INTO behaviours_total AS total (
            partner_id, day, scene, district, roll, deeds, merged, held, reversed, voided, amount,
            reduction_mg, points
        )
        SELECT
            summed.partner_id,
            summed.day,
            summed.scene,
            summed.district,
            p_roll,
            summed.deeds,
            summed.merged,
            summed.held,
            summed.reversed,
            summed.voided,
            summed.amount,
            summed.reduction_mg,
            summed.points
        FROM summed
        ON CONFLICT (partner_id, day, scene, district) DO UPDATE SET
            roll = p_roll,
            deeds = total.deeds + excluded.deeds,
            merged = total.merged + excluded.merged,
            held = total.held + excluded.held,
            reversed = total.reversed + excluded.reversed,
            voided = total.voided + excluded.voided,
            amount = total.amount + excluded.amount,
            reduction_mg = total.reduction_mg + excluded.reduction_mg,
            points = total.points + excluded.points
    ),

    daily AS (
        INSERT INTO behaviours_day AS total (
            day, scene, roll, deeds, merged, held, reduction_mg, points
        )
        SELECT
            summed.day,
            summed.scene,
            p_roll AS roll,
            sum(summed.deeds) AS deeds,
            sum(summed.merged) AS merged,
            sum(summed.held) AS held,
            sum(summed.reduction_mg) AS reduction_mg,
            sum(summed.points) AS points
        FROM summed
        GROUP BY summed.day, summed.scene
        ON CONFLICT (day, scene) DO UPDATE SET
            roll = p_roll,
            deeds = total.deeds + excluded.deeds,
            merged = total.merged + excluded.merged,
            held = total.held + excluded.held,
            reduction_mg = total.reduction_mg + excluded.reduction_mg,
            points = total.points + excluded.points
    ),

    forgotten AS (
        DELETE FROM behaviours_recent
        WHERE behaviours_recent.since < p_at - interval '2 days'
    ),

    noted AS (
        INSERT INTO behaviours_recent AS recent (since, scene, district, deeds)
        SELECT
            date_bin('10 minutes', taken.recorded_at, timestamptz '2000-01-01') AS since,
            taken.scene,
            taken.district,
            sum(taken.deeds) AS deeds
        FROM taken
        WHERE taken.recorded_at >= p_at - interval '2 days' AND taken.deeds > 0
        GROUP BY since, taken.scene, taken.district
        ON CONFLICT (since, scene, district) DO UPDATE SET deeds = recent.deeds + excluded.deeds
    )

    SELECT
        summed.day,
        summed.scene,
        sum(summed.deeds)::bigint AS deeds,
        sum(summed.reduction_mg)::bigint AS reduction_mg,
        sum(summed.points)::bigint AS points
    FROM summed
    GROUP BY summed.day, summed.scene
    ORDER BY summed.day, summed.scene;
$$;
