-- Open holds for the desk. The person is shown as a pseudonym made of the citizen's number and
-- the month, so that two deeds of one person can be seen together and nobody is named.
SELECT  -- noqa: ST06
    hold.id,
    (
        'x' || substring(
            encode(sha256(convert_to('holds:' || hold.citizen_id::text, 'UTF8')), 'hex') FOR 6
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
    hold.detector,
    hold.facts,
    hold.placed_at,
    hold.deadline,
    hold.points,
    hold.reduction_mg
FROM behaviours_hold AS hold
INNER JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = hold.citizen_id
        AND behaviour.started_at = hold.started_at
        AND behaviour.partner_id = hold.partner_id
        AND behaviour.reference_digest = hold.reference_digest
INNER JOIN partners_partner AS partner ON partner.id = hold.partner_id
WHERE
    NOT EXISTS (
        SELECT 1
        FROM behaviours_hold_end AS ended
        WHERE ended.hold_id = hold.id
    )
    AND hold.placed_at <= %(at)s
ORDER BY hold.deadline ASC, hold.points DESC, hold.id ASC
LIMIT %(rows_max)s;
