-- Trips that stand (paid or held, not taken back) against the time that is taken for them, and
-- against one another. Both counts are faults.
WITH standing AS (
    SELECT
        behaviour.citizen_id,
        behaviour.started_at,
        behaviour.ended_at,
        given.grouping
    FROM behaviours_behaviour AS behaviour
    INNER JOIN
        unnest(%(scenes)s::integer[], %(groupings)s::text[]) AS given (scene, grouping)
        ON given.scene = behaviour.scene
    WHERE
        behaviour.state <> 1
        AND NOT EXISTS (
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
            INNER JOIN behaviours_hold_end AS ended
                ON ended.hold_id = hold.id AND ended.outcome = 'reversed'
            WHERE
                behaviour.state = 2
                AND hold.citizen_id = behaviour.citizen_id
                AND hold.started_at = behaviour.started_at
                AND hold.partner_id = behaviour.partner_id
                AND hold.reference_digest = behaviour.reference_digest
        )
),

covered AS (
    SELECT
        standing.citizen_id,
        taking.block,
        bit_or(taking.bits) AS bits
    FROM standing
    CROSS JOIN LATERAL claims_bits(standing.started_at, standing.ended_at) AS taking
    GROUP BY standing.citizen_id, taking.block
),

-- Of two in the order of their starts; a third between them would overlap both.
following AS (
    SELECT
        least(standing.ended_at, lead(standing.ended_at) OVER person)
        - lead(standing.started_at) OVER person AS overlap,
        least(
            standing.ended_at - standing.started_at,
            lead(standing.ended_at - standing.started_at) OVER person
        ) AS shorter,
        standing.grouping = lead(standing.grouping) OVER person AS alike
    FROM standing
    WINDOW person AS (PARTITION BY standing.citizen_id ORDER BY standing.started_at)
)

SELECT
    (
        SELECT count(*)
        FROM covered
        FULL JOIN claims_time AS time
            ON time.citizen_id = covered.citizen_id AND time.block = covered.block
        WHERE coalesce(covered.bits, 0) <> coalesce(time.taken, 0)
    ) AS differing_time,
    (
        SELECT count(*)
        FROM following
        WHERE
            following.overlap * 100 >= following.shorter * %(overlap_percent)s
            AND following.overlap > CASE
                WHEN following.alike THEN interval '0'
                ELSE %(other_group_us)s * interval '1 microsecond'
            END
    ) AS double_paid;
