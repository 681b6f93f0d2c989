COPY behaviours_behaviour (
    citizen_id, started_at, reference_digest, ended_at, reduction_mg, chunk_id, partner_id,
    amount, points, points_uncapped, rule_id, scene, grade, detail, state,
    district
) FROM STDIN WITH BINARY;
