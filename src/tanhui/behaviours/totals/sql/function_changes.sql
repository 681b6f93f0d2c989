-- A hold that ends and a deed that is taken back change what stands: each such row says so to the
-- totals by itself, whichever command writes it.
CREATE FUNCTION behaviours_sum_hold_ends()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO behaviours_sum (
        partner_id, day, scene, district, deeds, merged, held, reversed, voided, amount,
        reduction_mg, points
    )
    SELECT
        hold.partner_id,
        (behaviour.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        behaviour.scene,
        behaviour.district,
        count(*) FILTER (WHERE ended.outcome <> 'reversed') AS deeds,
        0 AS merged,
        -count(*) AS held,
        count(*) FILTER (WHERE ended.outcome = 'reversed') AS reversed,
        0 AS voided,
        0 AS amount,
        coalesce(sum(behaviour.reduction_mg) FILTER (WHERE ended.outcome <> 'reversed'), 0),
        coalesce(sum(behaviour.points) FILTER (WHERE ended.outcome <> 'reversed'), 0)
    FROM ended
    INNER JOIN behaviours_hold AS hold ON hold.id = ended.hold_id
    INNER JOIN behaviours_behaviour AS behaviour
        ON
            behaviour.citizen_id = hold.citizen_id
            AND behaviour.started_at = hold.started_at
            AND behaviour.partner_id = hold.partner_id
            AND behaviour.reference_digest = hold.reference_digest
    GROUP BY hold.partner_id, day, behaviour.scene, behaviour.district;
    RETURN NULL;
END
$$;
CREATE TRIGGER behaviours_hold_end_sum
AFTER INSERT ON behaviours_hold_end
REFERENCING NEW TABLE AS ended
FOR EACH STATEMENT EXECUTE FUNCTION behaviours_sum_hold_ends();

CREATE FUNCTION behaviours_sum_voids()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO behaviours_sum (
        partner_id, day, scene, district, deeds, merged, held, reversed, voided, amount,
        reduction_mg, points
    )
    SELECT
        gone.partner_id,
        (behaviour.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        behaviour.scene,
        behaviour.district,
        -count(*) FILTER (WHERE behaviour.state <> 1) AS deeds,
        -count(*) FILTER (WHERE behaviour.state = 1) AS merged,
        0 AS held,
        0 AS reversed,
        count(*) AS voided,
        -sum(behaviour.amount) AS amount,
        -sum(behaviour.reduction_mg) AS reduction_mg,
        -sum(behaviour.points) AS points
    FROM gone
    INNER JOIN behaviours_behaviour AS behaviour
        ON
            behaviour.citizen_id = gone.citizen_id
            AND behaviour.started_at = gone.started_at
            AND behaviour.partner_id = gone.partner_id
            AND behaviour.reference_digest = gone.reference_digest
    GROUP BY gone.partner_id, day, behaviour.scene, behaviour.district;
    RETURN NULL;
END
$$;
CREATE TRIGGER behaviours_void_sum
AFTER INSERT ON behaviours_void
REFERENCING NEW TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION behaviours_sum_voids();
