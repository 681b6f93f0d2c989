-- What the platform does by itself, one row for each job. It tells how the last round went and is
-- written anew by every round; what a job did to the books is in the books and in the audit.
CREATE TABLE governance_job (
    name text PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    took_ms integer,
    done bigint NOT NULL,
    done_at timestamptz,
    failures integer NOT NULL,
    trouble text,
    trouble_at timestamptz,
    CONSTRAINT governance_job_counts CHECK (done >= 0 AND failures >= 0 AND took_ms >= 0),
    CONSTRAINT governance_job_trouble CHECK (
        (trouble IS NULL) = (trouble_at IS NULL) AND (failures = 0 OR trouble IS NOT NULL)
    )
);
GRANT SELECT, INSERT, UPDATE ON governance_job TO tanhui_app;
