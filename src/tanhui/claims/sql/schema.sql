-- Who may be paid for which reduction. The application reads and adds; a row changes only through
-- the functions beside this file.

-- A person's time: 48 slots of five minutes, four hours, are one row with a bit for each slot.
-- `block` counts four hours since 1970, so a day of the city begins with a row of its own. Bit 0
-- is the first slot. The key is the exclusivity: nobody gets a second row for the same hours.
CREATE TABLE claims_time (
    citizen_id bigint NOT NULL,
    block integer NOT NULL,
    taken bigint NOT NULL,
    PRIMARY KEY (citizen_id, block),
    CONSTRAINT claims_time_bits CHECK (taken BETWEEN 0 AND 281474976710655)
) PARTITION BY RANGE (block);

-- What is told by the day (steps, kilometres of an electric car) has one source a day.
CREATE TABLE claims_day (
    citizen_id bigint NOT NULL,
    day date NOT NULL,
    kind smallint NOT NULL,
    owner integer NOT NULL,
    PRIMARY KEY (citizen_id, day, kind),
    CONSTRAINT claims_day_kind CHECK (kind >= 0)
) PARTITION BY RANGE (day);

-- Other schemes that reward the same trips. The key they share with us is sealed.
CREATE TABLE claims_scheme (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    key_sealed bytea NOT NULL,
    registered_at timestamptz NOT NULL,
    CONSTRAINT claims_scheme_name UNIQUE (name),
    CONSTRAINT claims_scheme_name_form CHECK (name ~ '^[A-Z][A-Z0-9-]{1,31}$')
);

-- Trips that another scheme has rewarded, of people we know.
CREATE TABLE claims_foreign (
    citizen_id bigint NOT NULL,
    day date NOT NULL,
    scheme smallint NOT NULL REFERENCES claims_scheme (id),
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    grouping smallint NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (citizen_id, day, scheme, started_at, ended_at, grouping),
    CONSTRAINT claims_foreign_period CHECK (ended_at > started_at),
    CONSTRAINT claims_foreign_grouping CHECK (grouping >= 0)
);
-- Most days of most files have no such trip, which is found out without looking for each citizen.
CREATE INDEX claims_foreign_days ON claims_foreign (day);

GRANT SELECT, INSERT ON claims_time, claims_day, claims_scheme, claims_foreign TO tanhui_app;
GRANT USAGE ON SEQUENCE claims_scheme_id_seq TO tanhui_app;
