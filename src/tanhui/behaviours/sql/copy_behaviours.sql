COPY behaviours_behaviour (
    citizen_id, started_at, reference_digest, ended_at, reduction_mg, chunk_id, partner_id,
    distance_m, points, points_uncapped, rule_id, scene, grade
) FROM STDIN WITH BINARY;
