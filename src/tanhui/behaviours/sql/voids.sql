SELECT
    reference.reference,
    behaviour.scene,
    void.started_at,
    void.reason,
    void.actor,
    void.voided_at,
    void.reduction_mg,
    void.points,
    void.points_kept
FROM behaviours_void AS void
INNER JOIN behaviours_reference AS reference
    ON reference.partner_id = void.partner_id AND reference.digest = void.reference_digest
INNER JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = void.citizen_id
        AND behaviour.started_at = void.started_at
        AND behaviour.partner_id = void.partner_id
        AND behaviour.reference_digest = void.reference_digest
WHERE void.partner_id = %(partner_id)s
ORDER BY void.voided_at DESC
LIMIT %(rows_max)s;
