-- Every deed against its posting, its reference, its chunk and its tariff. All counts but the first
-- two are faults. Whatever the issuing pools ever gave must be owed for deeds, for whatever reason
-- it says it was given.
WITH tariff AS (
    SELECT
        given.rule_id,
        given.mg_per_point,
        given.points_per_day_max
    FROM
        unnest(%(rule_ids)s::bigint[], %(mg_per_point)s::bigint[], %(day_max)s::bigint[])
            AS given (rule_id, mg_per_point, points_per_day_max)
),

paid AS (
    SELECT
        behaviour.chunk_id,
        behaviour.citizen_id,
        sum(behaviour.points) AS points,
        sum(behaviour.reduction_mg) AS reduction_mg,
        count(*) AS deeds
    FROM behaviours_behaviour AS behaviour
    GROUP BY behaviour.chunk_id, behaviour.citizen_id
),

owed AS (
    SELECT
        paid.citizen_id,
        kind.kind,
        behaviours_posting_id(paid.chunk_id, paid.citizen_id, kind.kind::smallint) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN paid.points ELSE paid.reduction_mg END AS amount
    FROM paid
    CROSS JOIN (VALUES (%(points_kind)s), (%(reduction_kind)s)) AS kind (kind)
),

posted AS (
    SELECT
        transfer.id,
        transfer.amount,
        transfer.credit_holder_id,
        transfer.credit_kind
    FROM ledger_transfer AS transfer
    WHERE transfer.debit_kind IN (%(points_pool)s, %(reduction_pool)s)
)

SELECT
    (SELECT coalesce(sum(paid.deeds), 0) FROM paid) AS deeds,
    (SELECT count(*) FROM behaviours_reference) AS reference_count,
    (
        SELECT count(*)
        FROM (
            SELECT * FROM owed
            WHERE owed.amount > 0
        ) AS due
        FULL JOIN posted ON posted.id = due.id
        WHERE
            posted.amount IS DISTINCT FROM due.amount
            OR posted.credit_holder_id IS DISTINCT FROM due.citizen_id
            OR posted.credit_kind IS DISTINCT FROM due.kind
    ) AS differing_postings,
    (
        SELECT count(*)
        FROM behaviours_chunk AS chunk
        FULL JOIN (
            SELECT
                paid.chunk_id,
                sum(paid.deeds) AS deeds,
                sum(paid.points) AS points,
                sum(paid.reduction_mg) AS reduction_mg
            FROM paid
            GROUP BY paid.chunk_id
        ) AS summed ON summed.chunk_id = chunk.id
        WHERE
            chunk.recorded_count IS DISTINCT FROM coalesce(summed.deeds, 0)
            OR chunk.points IS DISTINCT FROM coalesce(summed.points, 0)
            OR chunk.reduction_mg IS DISTINCT FROM coalesce(summed.reduction_mg, 0)
    ) AS differing_chunks,
    (
        SELECT count(*)
        FROM behaviours_reference AS reference
        WHERE NOT EXISTS (
            SELECT 1
            FROM behaviours_behaviour AS behaviour
            WHERE
                behaviour.citizen_id = reference.citizen_id
                AND behaviour.started_at = reference.started_at
                AND behaviour.partner_id = reference.partner_id
                AND behaviour.reference_digest = reference.digest
        )
    ) AS lone_references,
    (
        SELECT count(*)
        FROM behaviours_behaviour AS behaviour
        LEFT JOIN tariff ON tariff.rule_id = behaviour.rule_id
        WHERE
            behaviour.points_uncapped
            IS DISTINCT FROM behaviour.reduction_mg / tariff.mg_per_point
    ) AS differing_points,
    (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM behaviours_behaviour AS behaviour
            INNER JOIN tariff ON tariff.rule_id = behaviour.rule_id
            GROUP BY
                behaviour.citizen_id, behaviour.scene,
                (behaviour.started_at AT TIME ZONE %(zone)s)::date
            HAVING sum(behaviour.points) > max(tariff.points_per_day_max)
        ) AS overstepped
    ) AS overstepped_days;
