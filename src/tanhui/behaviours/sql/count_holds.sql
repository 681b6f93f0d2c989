-- How many open holds each queue of the desk has.
SELECT
    count(*) FILTER (
        WHERE
        waiting.state IN ('open', 'objected')
        AND waiting.citizen_id IS DISTINCT FROM %(person_id)s::bigint
        AND waiting.own_intention IS NOT TRUE
    ) AS mine,
    count(*) FILTER (WHERE waiting.state IN ('open', 'noticed')) AS holds,
    count(*) FILTER (WHERE waiting.state IN ('objected', 'asked')) AS appeals,
    count(*) FILTER (
        WHERE waiting.clock_at > %(at)s AND waiting.clock_at <= %(soon)s
    ) AS soon,
    count(*) FILTER (WHERE waiting.clock_at <= %(at)s) AS late
FROM (
    SELECT
        hold.citizen_id,
        coalesce(live.state, 'open') AS state,
        coalesce(live.clock_at, hold.deadline) AS clock_at,
        live.state = 'objected' AND live.id IN (
            SELECT intended.case_id
            FROM cases_step AS intended
            WHERE intended.step = 'intend' AND intended.person_id = %(person_id)s::bigint
        ) AS own_intention
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
) AS waiting;
