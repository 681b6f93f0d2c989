INSERT INTO behaviours_hold (
    id, citizen_id, started_at, partner_id, reference_digest, detector, facts, placed_at, deadline,
    points, reduction_mg
) VALUES (
    %(id)s, %(citizen_id)s, %(started_at)s, %(partner_id)s, %(reference_digest)s, %(detector)s,
    %(facts)s, %(placed_at)s, %(deadline)s, %(points)s, %(reduction_mg)s
);
