-- The table of the bare endpoint that single deeds over HTTP are compared with.
CREATE TABLE bare_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL,
    rider text NOT NULL,
    mode text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    distance_m integer NOT NULL
);
