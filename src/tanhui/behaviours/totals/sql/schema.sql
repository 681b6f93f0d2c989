-- What came since the last roll: one row for each partner, day, scene and district of a chunk, and
-- one for whatever ends a hold or takes a deed back. Nobody changes a row; a roll takes all of them
-- away at once, and what commits later waits for the next.
-- deeds: paid ones that stand. merged, held, reversed: those that stand and pay nothing, or nothing
-- yet. voided: those that were taken back. amount: of all that stand, in the unit of the scene.
-- recorded_at: when settlement recorded them; nothing where earlier deeds changed.
CREATE TABLE behaviours_sum (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id integer NOT NULL,
    day date NOT NULL,
    scene smallint NOT NULL,
    district smallint NOT NULL,
    recorded_at timestamptz,
    deeds bigint NOT NULL,
    merged bigint NOT NULL,
    held bigint NOT NULL,
    reversed bigint NOT NULL,
    voided bigint NOT NULL,
    amount bigint NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL
);

-- The sum of all that was rolled. roll: the last one that changed the row.
CREATE TABLE behaviours_total (
    day date NOT NULL,
    scene smallint NOT NULL,
    district smallint NOT NULL,
    partner_id integer NOT NULL,
    roll bigint NOT NULL,
    deeds bigint NOT NULL,
    merged bigint NOT NULL,
    held bigint NOT NULL,
    reversed bigint NOT NULL,
    voided bigint NOT NULL,
    amount bigint NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (partner_id, day, scene, district)
);
CREATE INDEX behaviours_total_day ON behaviours_total (day);

-- One roll and its leaf in the public log. people: who was registered then; deeds, reduction_mg
-- and points are those of all rolls so far.
CREATE TABLE behaviours_roll (
    number bigint PRIMARY KEY,
    rolled_at timestamptz NOT NULL,
    people bigint NOT NULL,
    deeds bigint NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    outbox_id bigint NOT NULL
);

-- When it was last looked for anything to roll, also where there was nothing.
CREATE TABLE behaviours_cutoff (
    is_kept boolean PRIMARY KEY DEFAULT TRUE,
    looked_at timestamptz NOT NULL,
    people bigint NOT NULL,
    CONSTRAINT behaviours_cutoff_only CHECK (is_kept)
);

-- What was stated of a day in the public log, each time it was stated.
CREATE TABLE behaviours_statement (
    day date NOT NULL,
    roll bigint NOT NULL,
    stated_at timestamptz NOT NULL,
    deeds bigint NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    outbox_id bigint NOT NULL,
    PRIMARY KEY (day, roll)
);

-- What was recorded lately, by ten minutes; two days of it are kept.
CREATE TABLE behaviours_recent (
    since timestamptz NOT NULL,
    scene smallint NOT NULL,
    district smallint NOT NULL,
    deeds bigint NOT NULL,
    PRIMARY KEY (since, scene, district)
);

GRANT SELECT ON behaviours_total, behaviours_cutoff, behaviours_recent TO tanhui_app;
GRANT SELECT, INSERT ON behaviours_sum, behaviours_roll, behaviours_statement TO tanhui_app;

-- The deeds that are there already wait for the first roll like any others.
INSERT INTO behaviours_sum (
    partner_id, day, scene, district, deeds, merged, held, reversed, voided, amount,
    reduction_mg, points
)
SELECT
    counted.partner_id,
    counted.day,
    counted.scene,
    counted.district,
    counted.deeds,
    counted.merged,
    counted.held,
    counted.reversed,
    counted.voided,
    counted.amount,
    counted.reduction_mg,
    counted.points
FROM behaviours_counted AS counted;
