-- One deed by its partner's reference, with what became of it. Whose it is, is told by a pseudonym
-- that is the same as at the desk of holds.
SELECT  -- noqa: ST06
    reference.reference,
    (
        'x' || substring(
            encode(
                sha256(convert_to('holds:' || behaviour.citizen_id::text, 'UTF8')), 'hex'
            ) FOR 6
        )
    )::bit(24)::integer AS person,
    behaviour.scene,
    behaviour.started_at,
    behaviour.ended_at,
    chunk.recorded_at,
    behaviour.amount,
    behaviour.reduction_mg,
    behaviour.points,
    behaviour.grade,
    behaviour.state,
    hold.id AS hold_id,
    ended.outcome AS hold_outcome,
    void.reason AS void_reason,
    void.voided_at
FROM behaviours_reference AS reference
INNER JOIN behaviours_behaviour AS behaviour
    ON
        behaviour.citizen_id = reference.citizen_id
        AND behaviour.started_at = reference.started_at
        AND behaviour.partner_id = reference.partner_id
        AND behaviour.reference_digest = reference.digest
INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
LEFT JOIN behaviours_hold AS hold
    ON
        behaviour.state = 2
        AND hold.citizen_id = behaviour.citizen_id
        AND hold.started_at = behaviour.started_at
        AND hold.partner_id = behaviour.partner_id
        AND hold.reference_digest = behaviour.reference_digest
LEFT JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
LEFT JOIN behaviours_void AS void
    ON
        void.citizen_id = behaviour.citizen_id
        AND void.started_at = behaviour.started_at
        AND void.partner_id = behaviour.partner_id
        AND void.reference_digest = behaviour.reference_digest
WHERE
    reference.partner_id = %(partner_id)s
    AND reference.digest = %(digest)s
    AND reference.reference = %(reference)s;
