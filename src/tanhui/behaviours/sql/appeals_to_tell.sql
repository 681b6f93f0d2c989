-- Cases about a citizen's held deeds that wait for the citizen, and those decided since an instant.
SELECT
    hold.started_at,
    hold.partner_id,
    hold.reference_digest,
    about.state,
    about.clock_at,
    hold.points
FROM cases_case AS about
INNER JOIN behaviours_hold AS hold ON hold.id = substring(about.subject FROM 6)::uuid
WHERE
    about.kind = 'hold-appeal'
    AND about.party_id = %(citizen_id)s
    AND (
        about.state IN ('noticed', 'asked')
        OR (about.state IN ('released', 'refused') AND about.closed_at >= %(since)s)
    )
ORDER BY (about.closed_at IS NULL) DESC, about.clock_at ASC, about.closed_at DESC;
