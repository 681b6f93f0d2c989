-- Deeds of citizens. Fixed-width columns only, so that a million rows cross in one binary COPY.

-- The rule under which deeds were measured and paid: which document, which tariff, by digest.
CREATE TABLE behaviours_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scene smallint NOT NULL,
    methodology text NOT NULL,
    methodology_digest text NOT NULL,
    tariff text NOT NULL,
    tariff_digest text NOT NULL,
    CONSTRAINT behaviours_rule_once
    UNIQUE (scene, methodology, methodology_digest, tariff, tariff_digest)
);

-- One transaction of settlement: the postings of its citizens carry its number.
CREATE TABLE behaviours_chunk (
    id bigint PRIMARY KEY,
    partner_id integer NOT NULL REFERENCES partners_partner (id),
    batch text NOT NULL,
    layout text NOT NULL,
    recorded_at timestamptz NOT NULL,
    row_count integer NOT NULL,
    recorded_count integer NOT NULL,
    exists_count integer NOT NULL,
    held_count integer NOT NULL,
    refused_count integer NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT behaviours_chunk_accounts_for_every_row CHECK (
        row_count = recorded_count + exists_count + held_count + refused_count
        AND least(recorded_count, exists_count, held_count, refused_count) >= 0
    )
);
CREATE INDEX behaviours_chunk_batch ON behaviours_chunk (partner_id, batch);
CREATE SEQUENCE behaviours_chunk_number;

-- A partition holds one day of the city. The key begins with the citizen and serves the statement.
CREATE TABLE behaviours_behaviour (
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
    PRIMARY KEY (citizen_id, started_at, partner_id, reference_digest),
    CONSTRAINT behaviours_behaviour_points CHECK (points BETWEEN 0 AND points_uncapped),
    CONSTRAINT behaviours_behaviour_amounts CHECK (reduction_mg >= 0 AND distance_m >= 0),
    CONSTRAINT behaviours_behaviour_period CHECK (ended_at > started_at)
) PARTITION BY RANGE (started_at);

-- The same reference of the same partner is the same deed, whatever its day or citizen.
CREATE TABLE behaviours_reference (
    partner_id integer NOT NULL,
    digest bigint NOT NULL,
    citizen_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    reference text NOT NULL,
    PRIMARY KEY (partner_id, digest)
);

GRANT SELECT, INSERT ON
behaviours_rule, behaviours_chunk, behaviours_behaviour, behaviours_reference TO tanhui_app;
GRANT USAGE ON SEQUENCE behaviours_rule_id_seq, behaviours_chunk_number TO tanhui_app;
