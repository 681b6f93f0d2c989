INSERT INTO behaviours_void (
    citizen_id, started_at, partner_id, reference_digest, reason, actor, voided_at, reduction_mg,
    points, points_kept
) VALUES (
    %(citizen_id)s, %(started_at)s, %(partner_id)s, %(reference_digest)s, %(reason)s, %(actor)s,
    %(at)s, %(reduction_mg)s, %(points)s, %(points_kept)s
);
