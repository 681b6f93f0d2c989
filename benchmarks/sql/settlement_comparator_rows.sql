COPY (
    SELECT
        behaviour.citizen_id, behaviour.started_at, behaviour.reference_digest,
        behaviour.ended_at, behaviour.reduction_mg, behaviour.chunk_id, behaviour.partner_id,
        behaviour.amount, behaviour.points, behaviour.points_uncapped, behaviour.rule_id,
        behaviour.scene, behaviour.grade, known.reference
    FROM behaviours_behaviour AS behaviour
    INNER JOIN behaviours_reference AS known
        ON
            known.partner_id = behaviour.partner_id
            AND known.digest = behaviour.reference_digest
    ORDER BY behaviour.partner_id, behaviour.reference_digest
    LIMIT 1000000
) TO STDOUT (FORMAT binary);
