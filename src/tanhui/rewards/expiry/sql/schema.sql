-- Expiry by marks, and what people choose about it. Months are numbers: twelve times the year, plus
-- the month counted from 0, so that a term is added to one as an integer.

-- How many points a citizen had been credited in all when a month ended; only growth is written
-- down. Points that came back after use are not in it: they count as if they had never left.
CREATE TABLE rewards_mark (
    citizen_id bigint NOT NULL,
    month smallint NOT NULL,
    credited bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (citizen_id, month),
    CONSTRAINT rewards_mark_credited CHECK (credited > 0)
);

-- Months in which nothing of a citizen expires. Nobody asks why.
CREATE TABLE rewards_pause (
    citizen_id bigint NOT NULL,
    first_month smallint NOT NULL,
    last_month smallint NOT NULL,
    at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (citizen_id, first_month),
    CONSTRAINT rewards_pause_months CHECK (last_month >= first_month)
);

-- Where points may be given. `given_points` is what came by expiry; gifts made by hand are
-- redemptions of the offers below.
CREATE TABLE rewards_cause (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    about_zh text NOT NULL,
    about_en text NOT NULL,
    receiver_zh text NOT NULL,
    receiver_en text NOT NULL,
    art text NOT NULL,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    given_points bigint NOT NULL DEFAULT 0,
    given_times bigint NOT NULL DEFAULT 0,
    CONSTRAINT rewards_cause_given CHECK (given_points >= 0 AND given_times >= 0)
);

-- Offers of kind donation through which points go to a cause by hand.
CREATE TABLE rewards_cause_offer (
    offer_id bigint PRIMARY KEY REFERENCES rewards_offer (id),
    cause_id bigint NOT NULL REFERENCES rewards_cause (id),
    at timestamptz NOT NULL
);
CREATE INDEX rewards_cause_offer_of_cause ON rewards_cause_offer (cause_id);

-- What became of it, told afterwards and never changed.
CREATE TABLE rewards_cause_report (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cause_id bigint NOT NULL REFERENCES rewards_cause (id),
    happened_on date NOT NULL,
    quantity integer,
    unit_zh text NOT NULL,
    unit_en text NOT NULL,
    text_zh text NOT NULL,
    text_en text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    CONSTRAINT rewards_cause_report_quantity CHECK (quantity BETWEEN 1 AND 1000000000)
);
CREATE INDEX rewards_cause_report_of_cause ON rewards_cause_report (cause_id, happened_on);

CREATE TABLE rewards_cause_photo (
    report_id bigint NOT NULL REFERENCES rewards_cause_report (id),
    number smallint NOT NULL,
    file_id uuid NOT NULL UNIQUE,
    PRIMARY KEY (report_id, number)
);

-- Who gets a citizen's expiring points; without a row they expire.
CREATE TABLE rewards_heir (
    citizen_id bigint PRIMARY KEY,
    cause_id bigint NOT NULL REFERENCES rewards_cause (id),
    at timestamptz NOT NULL
);

-- What expired with a month, or was given instead.
CREATE TABLE rewards_expired (
    citizen_id bigint NOT NULL,
    month smallint NOT NULL,
    points bigint NOT NULL,
    cause_id bigint REFERENCES rewards_cause (id),
    transfer_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (citizen_id, month),
    CONSTRAINT rewards_expired_points CHECK (points > 0)
);

-- How far each step of a month has come; whoever takes over goes on from there.
CREATE TABLE rewards_month_run (
    step text NOT NULL,
    month smallint NOT NULL,
    after_id bigint NOT NULL DEFAULT 0,
    people bigint NOT NULL DEFAULT 0,
    points bigint NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (step, month),
    CONSTRAINT rewards_month_run_step CHECK (step ~ '^(mark|expire|notice-[0-9]{1,3})$')
);

GRANT SELECT ON
rewards_mark, rewards_pause, rewards_cause, rewards_cause_offer, rewards_cause_report,
rewards_cause_photo, rewards_heir, rewards_expired, rewards_month_run
TO tanhui_app;
GRANT INSERT ON
rewards_cause_offer, rewards_cause_report, rewards_cause_photo, rewards_heir, rewards_month_run
TO tanhui_app;
GRANT INSERT (
    title_zh, title_en, about_zh, about_en, receiver_zh, receiver_en, art, opened_at
) ON rewards_cause TO tanhui_app;
GRANT UPDATE (ended_at) ON rewards_cause TO tanhui_app;
GRANT UPDATE (cause_id, at), DELETE ON rewards_heir TO tanhui_app;
GRANT UPDATE (after_id, people, points, ended_at) ON rewards_month_run TO tanhui_app;
