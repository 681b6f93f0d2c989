-- The same deeds as one plain table with its deduplication key: what a raw COPY has to keep up.
CREATE TABLE comparator (
    citizen_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    reference_digest bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    reduction_mg bigint NOT NULL,
    chunk_id bigint NOT NULL,
    partner_id integer NOT NULL,
    distance_m integer NOT NULL,
    points integer NOT NULL,
    points_uncapped integer NOT NULL,
    rule_id integer NOT NULL,
    scene smallint NOT NULL,
    grade smallint NOT NULL,
    reference text NOT NULL,
    PRIMARY KEY (partner_id, reference_digest)
);
