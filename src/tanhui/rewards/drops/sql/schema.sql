-- Fair drops. The application reads; everything here is moved by the functions beside this file.

-- open: takes entries between its times; closed: the list is frozen and told; drawn: who won
-- stands fast; settled: everybody has a reward or the points back; called_off: nobody won.
CREATE TABLE rewards_drop (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text GENERATED ALWAYS AS ('D-' || lpad(id::text, greatest(4, length(id::text)), '0'))
    STORED UNIQUE,
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    batch_id bigint NOT NULL REFERENCES rewards_batch (id),
    units integer NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    waiting_max smallint NOT NULL,
    state text NOT NULL DEFAULT 'open',
    made_at timestamptz NOT NULL,
    -- Sealed until it is drawn; `commitment` is its digest, which the opening leaf tells.
    seed_sealed bytea NOT NULL,
    commitment bytea NOT NULL UNIQUE,
    -- The last number that an entry was given.
    entered integer NOT NULL DEFAULT 0,
    -- Of the frozen list.
    entries integer,
    tickets bigint,
    entries_digest bytea,
    seed bytea,
    closed_at timestamptz,
    drawn_at timestamptz,
    ended_at timestamptz,
    reason text,
    CONSTRAINT rewards_drop_units CHECK (units BETWEEN 1 AND 10000),
    CONSTRAINT rewards_drop_window CHECK (opens_at < closes_at),
    CONSTRAINT rewards_drop_waiting CHECK (waiting_max BETWEEN 0 AND 20),
    CONSTRAINT rewards_drop_state CHECK (
        state IN ('open', 'closed', 'drawn', 'settled', 'called_off')
    ),
    CONSTRAINT rewards_drop_frozen CHECK (state = 'open' OR closed_at IS NOT NULL),
    CONSTRAINT rewards_drop_revealed CHECK (seed IS NULL OR sha256(seed) = commitment),
    CONSTRAINT rewards_drop_drawn CHECK (
        (drawn_at IS NOT NULL) = (seed IS NOT NULL)
        AND (state NOT IN ('drawn', 'settled') OR drawn_at IS NOT NULL)
    ),
    CONSTRAINT rewards_drop_ended CHECK (ended_at IS NULL OR state IN ('settled', 'called_off')),
    CONSTRAINT rewards_drop_called_off CHECK ((reason IS NOT NULL) = (state = 'called_off'))
);
-- A batch is given out once.
CREATE UNIQUE INDEX rewards_drop_of_batch ON rewards_drop (batch_id) WHERE state <> 'called_off';
CREATE INDEX rewards_drop_of_offer ON rewards_drop (offer_id);
CREATE INDEX rewards_drop_unfinished ON rewards_drop (closes_at) WHERE ended_at IS NULL;

-- What the public log was told of a drop, as it stands there.
CREATE TABLE rewards_drop_leaf (
    drop_id bigint NOT NULL REFERENCES rewards_drop (id),
    kind text NOT NULL,
    leaf bytea NOT NULL,
    outbox_id bigint NOT NULL,
    PRIMARY KEY (drop_id, kind),
    CONSTRAINT rewards_drop_leaf_kind CHECK (kind IN ('opened', 'closed', 'drawn', 'called_off'))
);

-- Witnesses that bound themselves, and what they told once the list was closed.
CREATE TABLE rewards_drop_witness (
    drop_id bigint NOT NULL REFERENCES rewards_drop (id),
    place smallint NOT NULL,
    vkey text NOT NULL,
    digest bytea NOT NULL,
    secret bytea,
    signature bytea,
    told_at timestamptz,
    PRIMARY KEY (drop_id, place),
    CONSTRAINT rewards_drop_witness_once UNIQUE (drop_id, vkey),
    CONSTRAINT rewards_drop_witness_bound CHECK (secret IS NULL OR sha256(secret) = digest),
    CONSTRAINT rewards_drop_witness_told CHECK (
        (secret IS NULL) = (told_at IS NULL) AND (secret IS NULL) = (signature IS NULL)
    )
);

-- An entry. `code` is what the public list knows of the person, `place` the place in the draw.
CREATE TABLE rewards_entry (
    citizen_id bigint NOT NULL,
    redemption_id uuid NOT NULL,
    drop_id bigint NOT NULL REFERENCES rewards_drop (id),
    number integer NOT NULL,
    salt bytea NOT NULL,
    code bytea NOT NULL,
    tickets smallint NOT NULL,
    at timestamptz NOT NULL,
    left_at timestamptz,
    place integer,
    outcome text,
    PRIMARY KEY (citizen_id, redemption_id),
    CONSTRAINT rewards_entry_code CHECK (
        octet_length(salt) = 16
        AND code = substring(sha256(salt || convert_to(citizen_id::text, 'UTF8')) FROM 1 FOR 16)
    ),
    CONSTRAINT rewards_entry_tickets CHECK (tickets BETWEEN 1 AND 21),
    CONSTRAINT rewards_entry_outcome CHECK (outcome IN ('won', 'lost')),
    CONSTRAINT rewards_entry_won CHECK (outcome IS DISTINCT FROM 'won' OR place IS NOT NULL),
    CONSTRAINT rewards_entry_left CHECK (left_at IS NULL OR (place IS NULL AND outcome IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX rewards_entry_once ON rewards_entry (citizen_id, drop_id)
WHERE left_at IS NULL;
CREATE INDEX rewards_entry_numbered ON rewards_entry (drop_id, number);
CREATE INDEX rewards_entry_unfinished ON rewards_entry (drop_id, number)
WHERE outcome IS NULL AND left_at IS NULL;

-- How many tickets more a citizen has in the next draw, who did not win in the last.
CREATE TABLE rewards_credit (
    citizen_id bigint PRIMARY KEY,
    tickets smallint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT rewards_credit_tickets CHECK (tickets BETWEEN 0 AND 20)
) WITH (fillfactor = 80);

GRANT SELECT ON
rewards_drop, rewards_drop_leaf, rewards_drop_witness, rewards_entry, rewards_credit
TO tanhui_app;
