-- Retirements, the newest first; of one organisation, of one number or year, or all.
SELECT
    retirement.id,
    retirement.year,
    retirement.serial,
    retirement.state,
    retirement.organisation_id,
    retirement.kg,
    retirement.beneficiary_kind,
    retirement.beneficiary_sealed,
    retirement.purpose_zh,
    retirement.purpose_en,
    retirement.boundary_zh,
    retirement.boundary_en,
    retirement.requested_at,
    retirement.undo_until,
    retirement.commitment,
    ended.at AS ended_at,
    ended.outbox_id,
    coalesce((
        SELECT sum(upper(invalid.serials) - lower(invalid.serials))
        FROM registry_invalid AS invalid
        WHERE invalid.retirement_id = retirement.id
    ), 0)::bigint AS invalid_kg,
    coalesce((
        SELECT sum(replacement.kg)
        FROM registry_replacement AS replacement
        WHERE replacement.retirement_id = retirement.id
    ), 0)::bigint AS replaced_kg,
    exists(
        SELECT 1
        FROM registry_line AS line
        INNER JOIN registry_account AS account ON line.account_id = account.id
        INNER JOIN registry_dispute AS dispute
            ON
                account.project_id = dispute.project_id
                AND account.vintage = dispute.vintage
        WHERE line.event_id = retirement.id AND dispute.closed_at IS NULL
    ) AS disputed
FROM registry_retirement AS retirement
LEFT JOIN registry_event AS ended ON retirement.ended_by = ended.id
WHERE
    (%(id)s::uuid IS NULL OR retirement.id = %(id)s)
    AND (%(serial)s::bigint IS NULL OR retirement.serial = %(serial)s)
    AND (
        %(organisation_id)s::integer IS NULL
        OR retirement.organisation_id = %(organisation_id)s
    )
    AND (%(before)s::bigint IS NULL OR retirement.serial < %(before)s)
    AND (%(state)s::text IS NULL OR retirement.state = %(state)s)
ORDER BY retirement.serial DESC
LIMIT %(limit)s;
