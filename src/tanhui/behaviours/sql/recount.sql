-- Every deed against its posting, its reference, its chunk and its tariff. All counts but the first
-- two are faults. Whatever the issuing pools ever gave must be owed for deeds, for whatever reason
-- it says it was given.
WITH tariff AS (
    SELECT
        given.rule_id,
        given.mg_per_point,
        given.points_per_day_max,
        given.points_in_all,
        ARRAY[given.a, given.b, given.c, given.d] AS percents
    FROM
        unnest(
            %(rule_ids)s::bigint[], %(mg_per_point)s::bigint[], %(day_max)s::bigint[],
            %(day_max_in_all)s::bigint[], %(a)s::bigint[], %(b)s::bigint[], %(c)s::bigint[],
            %(d)s::bigint[]
        ) AS given (rule_id, mg_per_point, points_per_day_max, points_in_all, a, b, c, d)
),

paid AS (
    SELECT
        behaviour.chunk_id,
        behaviour.citizen_id,
        sum(behaviour.points) FILTER (WHERE behaviour.state = 0) AS points,
        sum(behaviour.reduction_mg) FILTER (WHERE behaviour.state = 0) AS reduction_mg,
        count(*) FILTER (WHERE behaviour.state < 2) AS recorded,
        count(*) FILTER (WHERE behaviour.state = 2) AS held,
        count(*) AS deeds
    FROM behaviours_behaviour AS behaviour
    GROUP BY behaviour.chunk_id, behaviour.citizen_id
),

kind AS (
    SELECT * FROM (VALUES (%(points_kind)s), (%(reduction_kind)s)) AS kind (kind)
),

-- What the pools owe citizens: chunks at once, holds as a reservation and, when they end, as its
-- end; and what citizens gave back for deeds that were taken back.
owed AS (
    SELECT
        0 AS phase,
        paid.citizen_id,
        kind.kind,
        behaviours_posting_id(paid.chunk_id, paid.citizen_id, kind.kind::smallint) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN paid.points ELSE paid.reduction_mg END AS amount
    FROM paid
    CROSS JOIN kind
    UNION ALL
    SELECT
        1 AS phase,
        hold.citizen_id,
        kind.kind,
        behaviours_deed_transfer_id(
            'hold', hold.citizen_id, hold.partner_id, hold.reference_digest, kind.kind::smallint
        ) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN hold.points ELSE hold.reduction_mg END AS amount
    FROM behaviours_hold AS hold
    CROSS JOIN kind
    UNION ALL
    SELECT
        CASE ended.outcome WHEN 'reversed' THEN 3 ELSE 2 END AS phase,
        hold.citizen_id,
        kind.kind,
        behaviours_deed_transfer_id(
            'end', hold.citizen_id, hold.partner_id, hold.reference_digest, kind.kind::smallint
        ) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN hold.points ELSE hold.reduction_mg END AS amount
    FROM behaviours_hold AS hold
    INNER JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
    CROSS JOIN kind
    UNION ALL
    SELECT
        -1 AS phase,
        void.citizen_id,
        kind.kind,
        behaviours_deed_transfer_id(
            'void', void.citizen_id, void.partner_id, void.reference_digest, kind.kind::smallint
        ) AS id,
        CASE kind.kind WHEN %(points_kind)s THEN void.points ELSE void.reduction_mg END AS amount
    FROM behaviours_void AS void
    CROSS JOIN kind
),

posted AS (
    SELECT
        transfer.id,
        transfer.amount,
        transfer.phase::integer AS phase,
        transfer.credit_holder_id AS citizen_id,
        transfer.credit_kind AS kind
    FROM ledger_transfer AS transfer
    WHERE transfer.debit_kind IN (%(points_pool)s, %(reduction_pool)s)
    UNION ALL
    SELECT
        transfer.id,
        transfer.amount,
        -1 AS phase,
        transfer.debit_holder_id AS citizen_id,
        transfer.debit_kind AS kind
    FROM ledger_transfer AS transfer
    WHERE transfer.credit_kind IN (%(points_pool)s, %(reduction_pool)s)
),

-- Deeds that take of a day's limits: not those that were taken back or whose hold was reversed.
standing AS (
    SELECT
        behaviour.citizen_id,
        behaviour.scene,
        behaviour.rule_id,
        behaviour.points,
        (behaviour.started_at AT TIME ZONE %(zone)s)::date AS day
    FROM behaviours_behaviour AS behaviour
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM behaviours_void AS void
            WHERE
                void.citizen_id = behaviour.citizen_id
                AND void.started_at = behaviour.started_at
                AND void.partner_id = behaviour.partner_id
                AND void.reference_digest = behaviour.reference_digest
        )
        AND NOT EXISTS (
            SELECT 1
            FROM behaviours_hold AS hold
            INNER JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
            WHERE
                behaviour.state = 2
                AND ended.outcome = 'reversed'
                AND hold.citizen_id = behaviour.citizen_id
                AND hold.started_at = behaviour.started_at
                AND hold.partner_id = behaviour.partner_id
                AND hold.reference_digest = behaviour.reference_digest
        )
),

-- The deeds that notes speak of; a merged one is paid by one that is not merged itself. What
-- another scheme has paid has no deed here.
note AS (
    SELECT
        hold.citizen_id,
        hold.started_at,
        hold.partner_id,
        hold.reference_digest,
        -1 AS never
    FROM behaviours_hold AS hold
    UNION ALL
    SELECT
        void.citizen_id,
        void.started_at,
        void.partner_id,
        void.reference_digest,
        -1 AS never
    FROM behaviours_void AS void
    UNION ALL
    SELECT
        merged.citizen_id,
        merged.started_at,
        merged.partner_id,
        merged.reference_digest,
        -1 AS never
    FROM behaviours_merge AS merged
    UNION ALL
    SELECT
        merged.citizen_id,
        merged.paid_started_at,
        merged.paid_partner_id,
        merged.paid_digest,
        1 AS never
    FROM behaviours_merge AS merged
    WHERE merged.paid_partner_id >= 0
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
            OR posted.phase IS DISTINCT FROM due.phase
            OR posted.citizen_id IS DISTINCT FROM due.citizen_id
            OR posted.kind IS DISTINCT FROM due.kind
    ) AS differing_postings,
    (
        SELECT count(*)
        FROM behaviours_chunk AS chunk
        FULL JOIN (
            SELECT
                paid.chunk_id,
                sum(paid.recorded) AS recorded,
                sum(paid.held) AS held,
                sum(paid.points) AS points,
                sum(paid.reduction_mg) AS reduction_mg
            FROM paid
            GROUP BY paid.chunk_id
        ) AS summed ON summed.chunk_id = chunk.id
        WHERE
            chunk.recorded_count IS DISTINCT FROM coalesce(summed.recorded, 0)
            OR chunk.held_count IS DISTINCT FROM coalesce(summed.held, 0)
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
        LEFT JOIN behaviours_rule AS rule ON rule.id = behaviour.rule_id
        LEFT JOIN tariff ON tariff.rule_id = behaviour.rule_id
        WHERE
            behaviour.scene IS DISTINCT FROM rule.scene
            OR (
                behaviour.state <> 1
                AND behaviour.points_uncapped IS DISTINCT FROM
                behaviour.reduction_mg * tariff.percents[behaviour.grade + 1]
                / (100 * tariff.mg_per_point)
            )
    ) AS differing_points,
    (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM standing
            INNER JOIN tariff ON tariff.rule_id = standing.rule_id
            GROUP BY standing.citizen_id, standing.scene, standing.day
            HAVING sum(standing.points) > max(tariff.points_per_day_max)
            UNION ALL
            SELECT 1
            FROM standing
            INNER JOIN tariff ON tariff.rule_id = standing.rule_id
            GROUP BY standing.citizen_id, standing.day
            HAVING sum(standing.points) > max(tariff.points_in_all)
        ) AS overstepped
    ) AS overstepped_days,
    (
        SELECT count(*)
        FROM behaviours_behaviour AS behaviour
        LEFT JOIN behaviours_hold AS hold
            ON
                hold.citizen_id = behaviour.citizen_id
                AND hold.started_at = behaviour.started_at
                AND hold.partner_id = behaviour.partner_id
                AND hold.reference_digest = behaviour.reference_digest
        LEFT JOIN behaviours_merge AS merged
            ON
                merged.citizen_id = behaviour.citizen_id
                AND merged.started_at = behaviour.started_at
                AND merged.partner_id = behaviour.partner_id
                AND merged.reference_digest = behaviour.reference_digest
        LEFT JOIN behaviours_void AS void
            ON
                void.citizen_id = behaviour.citizen_id
                AND void.started_at = behaviour.started_at
                AND void.partner_id = behaviour.partner_id
                AND void.reference_digest = behaviour.reference_digest
        WHERE
            (behaviour.state = 2) IS DISTINCT FROM (hold.id IS NOT NULL)
            OR (behaviour.state = 1) IS DISTINCT FROM (merged.citizen_id IS NOT NULL)
            OR hold.points IS DISTINCT FROM
            CASE WHEN behaviour.state = 2 THEN behaviour.points END
            OR hold.reduction_mg IS DISTINCT FROM
            CASE WHEN behaviour.state = 2 THEN behaviour.reduction_mg END
            OR (
                void.citizen_id IS NOT NULL
                AND (
                    void.points + void.points_kept <> behaviour.points
                    OR void.reduction_mg <> behaviour.reduction_mg
                )
            )
    ) + (
        SELECT count(*)
        FROM note
        WHERE NOT EXISTS (
            SELECT 1
            FROM behaviours_behaviour AS behaviour
            WHERE
                behaviour.citizen_id = note.citizen_id
                AND behaviour.started_at = note.started_at
                AND behaviour.partner_id = note.partner_id
                AND behaviour.reference_digest = note.reference_digest
                AND behaviour.state <> note.never
        )
    ) + (
        SELECT count(*)
        FROM behaviours_hold AS hold
        WHERE hold.id <> behaviours_deed_transfer_id(
            'hold', hold.citizen_id, hold.partner_id, hold.reference_digest, 0::smallint
        )
    ) AS lone_notes;
