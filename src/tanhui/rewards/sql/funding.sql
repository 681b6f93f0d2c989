-- What sponsors gave their word for, for which offers, and what they owe to whom by month. All of
-- it is only added to; the functions beside this file add it together with the books.

-- What was added to a window's budget, or taken back (below zero).
CREATE TABLE rewards_funding_change (
    funding_id bigint NOT NULL REFERENCES rewards_funding (id),
    number integer NOT NULL,
    fen bigint NOT NULL,
    transfer_id uuid NOT NULL UNIQUE,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (funding_id, number),
    CONSTRAINT rewards_funding_change_some CHECK (fen <> 0)
);

-- For which offers a window may be used, at most at which price and for how many units in all. The
-- last row of a window and an offer counts.
CREATE TABLE rewards_funding_offer (
    funding_id bigint NOT NULL REFERENCES rewards_funding (id),
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    number integer NOT NULL,
    state text NOT NULL,
    cost_fen bigint NOT NULL,
    units integer NOT NULL,
    words text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (funding_id, offer_id, number),
    CONSTRAINT rewards_funding_offer_state CHECK (
        state IN ('asked', 'agreed', 'denied', 'ended')
    ),
    CONSTRAINT rewards_funding_offer_cost CHECK (cost_fen BETWEEN 0 AND 10000000),
    CONSTRAINT rewards_funding_offer_units CHECK (units BETWEEN 1 AND 10000000)
);

-- Months of the city that are closed: their settlements are made and do not change.
CREATE TABLE rewards_settlement_month (
    month date PRIMARY KEY,
    closed_at timestamptz NOT NULL,
    CONSTRAINT rewards_settlement_month_first CHECK (date_part('day', month) = 1)
);

-- What one sponsor owes one merchant for one month. What came back after it was paid for may be
-- more than what was owed: it is carried to their next settlement (`carried_fen`, below zero).
CREATE TABLE rewards_settlement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    month date NOT NULL REFERENCES rewards_settlement_month (month),
    sponsor_id integer NOT NULL REFERENCES identity_organisation (id),
    merchant_id integer NOT NULL REFERENCES identity_organisation (id),
    owed_fen bigint NOT NULL,
    returned_fen bigint NOT NULL,
    brought_fen bigint NOT NULL,
    due_fen bigint NOT NULL,
    carried_fen bigint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT rewards_settlement_once UNIQUE (sponsor_id, merchant_id, month),
    CONSTRAINT rewards_settlement_adds_up CHECK (
        due_fen + carried_fen = owed_fen - returned_fen + brought_fen
    ),
    CONSTRAINT rewards_settlement_signs CHECK (
        owed_fen >= 0 AND returned_fen >= 0 AND brought_fen <= 0 AND due_fen >= 0
        AND carried_fen <= 0 AND (due_fen = 0 OR carried_fen = 0)
    )
);
CREATE INDEX rewards_settlement_of_merchant ON rewards_settlement (merchant_id, month);

CREATE TABLE rewards_settlement_line (
    settlement_id bigint NOT NULL REFERENCES rewards_settlement (id),
    funding_id bigint NOT NULL REFERENCES rewards_funding (id),
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    units bigint NOT NULL,
    points bigint NOT NULL,
    owed_fen bigint NOT NULL,
    returned_units bigint NOT NULL,
    returned_points bigint NOT NULL,
    returned_fen bigint NOT NULL,
    PRIMARY KEY (settlement_id, funding_id, offer_id)
);

-- What either side said of a settlement, in order. `own` is one organisation's with itself, which
-- nobody has to pay. Only what moved the books has a transfer.
CREATE TABLE rewards_settlement_act (
    settlement_id bigint NOT NULL REFERENCES rewards_settlement (id),
    number integer NOT NULL,
    kind text NOT NULL,
    organisation_id integer NOT NULL REFERENCES identity_organisation (id),
    reference text NOT NULL,
    words text NOT NULL,
    transfer_id uuid UNIQUE,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (settlement_id, number),
    CONSTRAINT rewards_settlement_act_kind CHECK (
        kind IN ('paid', 'received', 'disputed', 'answered', 'own')
    ),
    CONSTRAINT rewards_settlement_act_moves CHECK (
        (transfer_id IS NOT NULL) = (kind IN ('received', 'own'))
    )
);
-- A settlement is paid once.
CREATE UNIQUE INDEX rewards_settlement_act_settles ON rewards_settlement_act (settlement_id)
WHERE kind IN ('received', 'own');

-- Statements are made by month. Steps come in the order of time, so a small index finds a month.
CREATE INDEX rewards_step_by_time ON rewards_step USING brin (at) WITH (pages_per_range = 32);

GRANT SELECT ON
rewards_funding_change, rewards_funding_offer, rewards_settlement_month, rewards_settlement,
rewards_settlement_line, rewards_settlement_act
TO tanhui_app;
-- Windows are opened by a function, with their budget.
REVOKE INSERT ON rewards_funding FROM tanhui_app;
