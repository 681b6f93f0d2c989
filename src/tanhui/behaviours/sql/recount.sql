-- Every deed against its posting, every reference against its deed; all counts are faults but two.
WITH paid AS (
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
        behaviours_posting_id(paid.chunk_id, paid.citizen_id, kind.kind::smallint) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN paid.points ELSE paid.reduction_mg END AS amount
    FROM paid
    CROSS JOIN (VALUES (%(points_kind)s), (%(reduction_kind)s)) AS kind (kind)
),

posted AS (
    SELECT
        transfer.id,
        transfer.amount
    FROM ledger_transfer AS transfer
    WHERE transfer.reason = %(reason)s
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
        WHERE posted.amount IS DISTINCT FROM due.amount
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
        FROM behaviours_reference AS known
        WHERE NOT EXISTS (
            SELECT 1
            FROM behaviours_behaviour AS behaviour
            WHERE
                behaviour.citizen_id = known.citizen_id
                AND behaviour.started_at = known.started_at
                AND behaviour.partner_id = known.partner_id
                AND behaviour.reference_digest = known.digest
        )
    ) AS lone_references;
