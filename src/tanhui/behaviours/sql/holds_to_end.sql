-- Holds by their numbers, or those that are due: not those that somebody means to refuse, whose
-- cases have clocks of their own.
SELECT  -- noqa: ST06
    hold.id,
    hold.citizen_id,
    hold.started_at,
    hold.partner_id,
    hold.reference_digest,
    hold.detector,
    hold.points,
    hold.reduction_mg,
    ended.hold_id IS NOT NULL AS ended,
    live.id AS case_id,
    live.state AS case_state
FROM behaviours_hold AS hold
LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
LEFT JOIN cases_case AS live
    ON
        live.kind = 'hold-appeal'
        AND live.subject = 'hold:' || hold.id::text
        AND live.closed_at IS NULL
WHERE
    hold.id = any(%(ids)s::uuid[])
    OR (
        hold.deadline <= %(due)s::timestamptz
        AND ended.hold_id IS NULL
        AND coalesce(live.state, 'open') = 'open'
    )
ORDER BY hold.citizen_id, hold.started_at
LIMIT %(rows_max)s;
