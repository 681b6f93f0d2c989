-- Areas in which journeys of some modes belong to a project instead of those who make them. An
-- area is claimed for days to come alone: the day after tomorrow at the earliest, so that nobody
-- has been paid for any of them and every program knows of it in time.
CREATE TABLE claims_area (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project text NOT NULL,
    modes text[] NOT NULL,
    geometry jsonb NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    taken_at timestamptz NOT NULL,
    CONSTRAINT claims_area_days CHECK (last_day >= first_day),
    CONSTRAINT claims_area_modes CHECK (cardinality(modes) > 0),
    CONSTRAINT claims_area_to_come CHECK (
        first_day > (taken_at AT TIME ZONE 'Asia/Shanghai')::date + 1
    )
);
CREATE INDEX claims_area_project ON claims_area (project, id);

-- That an area ends sooner than it was claimed for; from the day after `last_day` it is nobody's.
CREATE TABLE claims_area_end (
    area_id integer PRIMARY KEY REFERENCES claims_area (id),
    last_day date NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    at timestamptz NOT NULL
);

-- That a builder does not claim journeys, up to a day or (NULL) at all; written down by an office.
CREATE TABLE claims_area_waiver (
    project text PRIMARY KEY,
    until_day date,
    words text NOT NULL,
    person_id bigint NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    CONSTRAINT claims_area_waiver_words CHECK (length(words) BETWEEN 1 AND 500)
);

GRANT SELECT, INSERT ON claims_area, claims_area_end, claims_area_waiver TO tanhui_app;
GRANT USAGE ON SEQUENCE claims_area_id_seq TO tanhui_app;
