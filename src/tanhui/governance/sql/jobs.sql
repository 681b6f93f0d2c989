SELECT
    name,
    begun_at,
    ended_at,
    took_ms,
    done,
    done_at,
    failures,
    trouble,
    trouble_at
FROM governance_job
ORDER BY name;
