-- What a deed's evidence leads to: merged with another partner's report of it, held, voided.

-- What is counted is what the scene says: metres, steps, watt-hours.
ALTER TABLE behaviours_behaviour RENAME COLUMN distance_m TO amount;
-- detail: a second input of the methodology, as the scene says.
-- state: 0 recorded, 1 merged, 2 held.
ALTER TABLE behaviours_behaviour
ADD COLUMN detail smallint NOT NULL DEFAULT 0,
ADD COLUMN state smallint NOT NULL DEFAULT 0,
ADD CONSTRAINT behaviours_behaviour_state CHECK (state BETWEEN 0 AND 2),
ADD CONSTRAINT behaviours_behaviour_merged_earns_nothing CHECK (
    state <> 1 OR (reduction_mg = 0 AND points_uncapped = 0)
);

-- The limit over all scenes under which deeds were paid; empty before the city had one.
ALTER TABLE behaviours_rule
ADD COLUMN city_limit text NOT NULL DEFAULT '',
ADD COLUMN city_limit_digest text NOT NULL DEFAULT '',
DROP CONSTRAINT behaviours_rule_once,
ADD CONSTRAINT behaviours_rule_once UNIQUE (
    scene, methodology, methodology_digest, tariff, tariff_digest, city_limit, city_limit_digest
);

-- A deed that is the same as one that is paid: it stays as evidence. A negative partner is another
-- scheme, whose claim has no deed here. reason: 1 overlap, 2 clocks apart, 3 same day.
CREATE TABLE behaviours_merge (
    citizen_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    partner_id integer NOT NULL,
    reference_digest bigint NOT NULL,
    paid_started_at timestamptz NOT NULL,
    paid_partner_id integer NOT NULL,
    paid_digest bigint NOT NULL,
    reason smallint NOT NULL,
    PRIMARY KEY (citizen_id, started_at, partner_id, reference_digest),
    CONSTRAINT behaviours_merge_reason CHECK (reason BETWEEN 1 AND 3)
);

-- A deed that a detector asks about. Its points and milligrams are pending transfers until it ends.
CREATE TABLE behaviours_hold (
    id uuid PRIMARY KEY,
    citizen_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    partner_id integer NOT NULL,
    reference_digest bigint NOT NULL,
    detector text NOT NULL,
    facts jsonb NOT NULL,
    placed_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    points integer NOT NULL,
    reduction_mg bigint NOT NULL,
    CONSTRAINT behaviours_hold_once UNIQUE (citizen_id, started_at, partner_id, reference_digest),
    CONSTRAINT behaviours_hold_ends CHECK (deadline > placed_at)
);
CREATE INDEX behaviours_hold_deadline ON behaviours_hold (deadline);

CREATE TABLE behaviours_hold_end (
    hold_id uuid PRIMARY KEY REFERENCES behaviours_hold (id),
    outcome text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT behaviours_hold_end_outcome CHECK (outcome IN ('released', 'overdue', 'reversed'))
);

-- A deed that is taken back, by transfers against those that paid it. points_kept were spent
-- already and stay with the citizen.
CREATE TABLE behaviours_void (
    citizen_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    partner_id integer NOT NULL,
    reference_digest bigint NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    voided_at timestamptz NOT NULL,
    reduction_mg bigint NOT NULL,
    points integer NOT NULL,
    points_kept integer NOT NULL,
    PRIMARY KEY (citizen_id, started_at, partner_id, reference_digest),
    CONSTRAINT behaviours_void_amounts CHECK (
        reduction_mg >= 0 AND points >= 0 AND points_kept >= 0
    )
);
CREATE INDEX behaviours_void_partner ON behaviours_void (partner_id, voided_at);

GRANT SELECT, INSERT ON
behaviours_merge, behaviours_hold, behaviours_hold_end, behaviours_void TO tanhui_app;
