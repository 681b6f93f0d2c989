-- Holds by their numbers, or those that are due.
SELECT
    hold.id,
    hold.citizen_id,
    hold.started_at,
    hold.partner_id,
    hold.reference_digest,
    hold.points,
    hold.reduction_mg,
    ended.hold_id IS NOT NULL AS ended
FROM behaviours_hold AS hold
LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
WHERE
    hold.id = any(%(ids)s::uuid[])
    OR (hold.deadline <= %(due)s::timestamptz AND ended.hold_id IS NULL)
ORDER BY hold.citizen_id, hold.started_at
LIMIT %(rows_max)s;
