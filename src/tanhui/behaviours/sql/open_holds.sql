-- Open holds for the desk. The person is shown as a pseudonym made of the citizen's number, so
-- that two deeds of one person can be seen together and nobody is named.
WITH open_hold AS (
    SELECT
        hold.*,
        live.id AS case_id,
        coalesce(live.state, 'open') AS state,
        coalesce(live.clock_at, hold.deadline) AS clock_at
    FROM behaviours_hold AS hold
    LEFT JOIN cases_case AS live
        ON
            live.kind = 'hold-appeal'
            AND live.subject = 'hold:' || hold.id::text
            AND live.closed_at IS NULL
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM behaviours_hold_end AS ended
            WHERE ended.hold_id = hold.id
        )
        AND hold.placed_at <= %(at)s
),

-- How many people a detector holds of one partner: a pattern that spreads costs more.
spread AS (
    SELECT
        open_hold.detector,
        open_hold.partner_id,
        count(DISTINCT open_hold.citizen_id) AS people
    FROM open_hold
    GROUP BY open_hold.detector, open_hold.partner_id
),

chosen AS (
    SELECT
        open_hold.*,
        open_hold.points * spread.people AS loss,
        coalesce(open_hold.citizen_id = %(person_id)s::bigint, FALSE) AS own
    FROM open_hold
    INNER JOIN spread
        ON
            spread.detector = open_hold.detector
            AND spread.partner_id = open_hold.partner_id
    WHERE
        (%(hold_id)s::uuid IS NULL OR open_hold.id = %(hold_id)s::uuid)
        AND CASE %(queue)s
            WHEN 'holds' THEN open_hold.state IN ('open', 'noticed')
            WHEN 'appeals' THEN open_hold.state IN ('objected', 'asked')
            WHEN 'mine'
                THEN
                    open_hold.state IN ('open', 'objected')
                    AND open_hold.citizen_id IS DISTINCT FROM %(person_id)s::bigint
                    AND NOT EXISTS (
                        SELECT 1
                        FROM cases_step AS intended
                        WHERE
                            open_hold.state = 'objected'
                            AND intended.case_id = open_hold.case_id
                            AND intended.step = 'intend'
                            AND intended.person_id = %(person_id)s::bigint
                    )
            ELSE TRUE
        END
    ORDER BY
        (open_hold.clock_at <= %(soon)s OR open_hold.placed_at <= %(waited)s) DESC,
        CASE
            WHEN open_hold.clock_at <= %(soon)s OR open_hold.placed_at <= %(waited)s
                THEN open_hold.clock_at
        END ASC,
        loss DESC,
        open_hold.clock_at ASC,
        open_hold.id ASC
    LIMIT %(rows_max)s OFFSET %(rows_before)s
)

SELECT  -- noqa: ST06
    chosen.id,
    (
        'x' || substring(
            encode(sha256(convert_to('holds:' || chosen.citizen_id::text, 'UTF8')), 'hex') FOR 6
        )
    )::bit(24)::integer AS person,
    partner.code,
    partner.name_zh,
    partner.name_en,
    behaviour.scene,
    behaviour.started_at,
    behaviour.ended_at,
    behaviour.amount,
    behaviour.grade,
    chosen.detector,
    chosen.facts,
    chosen.placed_at,
    chosen.deadline,
    chosen.points,
    chosen.reduction_mg,
    chosen.state,
    chosen.clock_at,
    chosen.case_id,
    chosen.loss,
    chosen.own
FROM chosen
INNER JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = chosen.citizen_id
        AND behaviour.started_at = chosen.started_at
        AND behaviour.partner_id = chosen.partner_id
        AND behaviour.reference_digest = chosen.reference_digest
INNER JOIN partners_partner AS partner ON partner.id = chosen.partner_id
ORDER BY
    (chosen.clock_at <= %(soon)s OR chosen.placed_at <= %(waited)s) DESC,
    CASE
        WHEN chosen.clock_at <= %(soon)s OR chosen.placed_at <= %(waited)s THEN chosen.clock_at
    END ASC,
    chosen.loss DESC,
    chosen.clock_at ASC,
    chosen.id ASC;
