-- Rewards: what is offered, who pays for it, how much there is, and what became of each redemption.
-- The application reads; stock, redemptions and the books move only through the functions beside
-- this file. A redemption has the citizen in its key, as every table that grows with citizens.

-- Who pays, and from when to when. The money itself stays with the sponsor: the books only tell
-- what it gave its word for (account `sponsor.budget`, whose holder is the window's number).
CREATE TABLE rewards_funding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sponsor_id integer NOT NULL REFERENCES identity_organisation (id),
    title_zh text NOT NULL,
    title_en text NOT NULL,
    opens_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT rewards_funding_window CHECK (opens_at < until)
);
CREATE INDEX rewards_funding_of_sponsor ON rewards_funding (sponsor_id);

CREATE TABLE rewards_offer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    merchant_id integer NOT NULL REFERENCES identity_organisation (id),
    kind text NOT NULL,
    -- code: the merchant's own codes are shown; scan: the merchant scans a voucher; none: nothing
    -- is handed over (a gift).
    delivery text NOT NULL,
    category text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    about_zh text NOT NULL DEFAULT '',
    about_en text NOT NULL DEFAULT '',
    terms_zh text NOT NULL DEFAULT '',
    terms_en text NOT NULL DEFAULT '',
    place_zh text NOT NULL DEFAULT '',
    place_en text NOT NULL DEFAULT '',
    district text,
    price_points bigint NOT NULL,
    value_fen bigint NOT NULL,
    -- How long a voucher lives, counted in days of the city from the day it was confirmed.
    valid_days integer NOT NULL,
    person_max integer,
    person_day_max integer,
    min_level smallint NOT NULL DEFAULT 0,
    art text NOT NULL DEFAULT 'gift',
    picture_id uuid,
    -- open: who comes first; drop: by draw.
    release text NOT NULL DEFAULT 'open',
    state text NOT NULL DEFAULT 'draft',
    made_at timestamptz NOT NULL,
    published_at timestamptz,
    closed_at timestamptz,
    CONSTRAINT rewards_offer_kind CHECK (
        kind IN ('coupon', 'voucher', 'ticket', 'goods', 'service', 'donation')
    ),
    CONSTRAINT rewards_offer_delivery CHECK (
        delivery IN ('code', 'scan', 'none') AND (kind = 'donation') = (delivery = 'none')
    ),
    CONSTRAINT rewards_offer_category CHECK (
        category IN ('travel', 'food', 'culture', 'daily', 'giving')
    ),
    CONSTRAINT rewards_offer_price CHECK (price_points BETWEEN 1 AND 1000000),
    CONSTRAINT rewards_offer_value CHECK (value_fen BETWEEN 0 AND 10000000),
    CONSTRAINT rewards_offer_valid CHECK (valid_days BETWEEN 1 AND 366),
    CONSTRAINT rewards_offer_limits CHECK (
        coalesce(person_max, 1) >= 1 AND coalesce(person_day_max, 1) >= 1 AND min_level >= 0
    ),
    CONSTRAINT rewards_offer_release CHECK (release IN ('open', 'drop')),
    CONSTRAINT rewards_offer_state CHECK (
        state IN ('draft', 'submitted', 'approved', 'published', 'closed')
    ),
    CONSTRAINT rewards_offer_published CHECK (state <> 'published' OR published_at IS NOT NULL)
);
CREATE INDEX rewards_offer_of_merchant ON rewards_offer (merchant_id);
CREATE INDEX rewards_offer_shown ON rewards_offer (category) WHERE state = 'published';

-- So many units of an offer, paid for by one window at one price each, on sale from then to then.
CREATE TABLE rewards_batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    funding_id bigint NOT NULL REFERENCES rewards_funding (id),
    units integer NOT NULL,
    cost_fen bigint NOT NULL,
    opens_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    stocked_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- Units that nobody took when the batch ended.
    unsold_units integer,
    CONSTRAINT rewards_batch_units CHECK (units BETWEEN 1 AND 10000000),
    CONSTRAINT rewards_batch_cost CHECK (cost_fen BETWEEN 0 AND 10000000),
    CONSTRAINT rewards_batch_window CHECK (opens_at < until),
    CONSTRAINT rewards_batch_ended CHECK ((ended_at IS NULL) = (unsold_units IS NULL))
);
CREATE INDEX rewards_batch_of_offer ON rewards_batch (offer_id, opens_at);
CREATE INDEX rewards_batch_of_funding ON rewards_batch (funding_id);
CREATE INDEX rewards_batch_open ON rewards_batch (until) WHERE ended_at IS NULL;

-- What is left of a batch, in parts, so that those who come at once do not all wait for one row.
CREATE TABLE rewards_stock (
    batch_id bigint NOT NULL REFERENCES rewards_batch (id),
    part smallint NOT NULL,
    left_units integer NOT NULL,
    PRIMARY KEY (batch_id, part),
    CONSTRAINT rewards_stock_never_negative CHECK (left_units >= 0)
) WITH (fillfactor = 50);

-- A merchant's own codes. The hash is keyed and finds a code that was brought twice.
CREATE TABLE rewards_code (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id integer NOT NULL REFERENCES identity_organisation (id),
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    code_hash bytea NOT NULL,
    code_sealed bytea NOT NULL,
    imported_at timestamptz NOT NULL,
    redemption_id uuid,
    CONSTRAINT rewards_code_once UNIQUE (merchant_id, code_hash)
);
CREATE INDEX rewards_code_free ON rewards_code (offer_id, id) WHERE redemption_id IS NULL;
CREATE INDEX rewards_code_taken ON rewards_code (redemption_id) WHERE redemption_id IS NOT NULL;

-- reserved: waits for the citizen's yes; confirmed: to be used; delivered; refunded.
-- Of a drop: entered; lost, left and won (which goes on as confirmed or delivered).
CREATE TABLE rewards_redemption (
    citizen_id bigint NOT NULL,
    id uuid NOT NULL,
    offer_id bigint NOT NULL REFERENCES rewards_offer (id),
    batch_id bigint REFERENCES rewards_batch (id),
    units integer NOT NULL,
    points bigint NOT NULL,
    cost_fen bigint NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    hold_until timestamptz,
    valid_until timestamptz,
    confirmed_at timestamptz,
    ended_at timestamptz,
    reason text,
    points_transfer_id uuid NOT NULL,
    fen_transfer_id uuid,
    PRIMARY KEY (citizen_id, id),
    CONSTRAINT rewards_redemption_key UNIQUE (citizen_id, key),
    CONSTRAINT rewards_redemption_units CHECK (units BETWEEN 1 AND 100),
    CONSTRAINT rewards_redemption_points CHECK (points > 0 AND cost_fen >= 0),
    CONSTRAINT rewards_redemption_state CHECK (
        state IN ('reserved', 'confirmed', 'delivered', 'refunded', 'entered', 'lost', 'left')
    ),
    CONSTRAINT rewards_redemption_batch CHECK (
        (batch_id IS NULL) = (state IN ('entered', 'lost', 'left'))
    ),
    CONSTRAINT rewards_redemption_held CHECK ((hold_until IS NOT NULL) = (state = 'reserved')),
    CONSTRAINT rewards_redemption_valid CHECK (state <> 'confirmed' OR valid_until IS NOT NULL),
    CONSTRAINT rewards_redemption_ended CHECK (
        (ended_at IS NOT NULL) = (state IN ('delivered', 'refunded', 'lost', 'left'))
    )
) WITH (fillfactor = 80);
CREATE INDEX rewards_redemption_held_until ON rewards_redemption (hold_until)
WHERE state = 'reserved';
CREATE INDEX rewards_redemption_valid_until ON rewards_redemption (valid_until)
WHERE state = 'confirmed';
CREATE INDEX rewards_redemption_of_batch ON rewards_redemption (batch_id);
CREATE INDEX rewards_redemption_of_offer ON rewards_redemption (offer_id, at);

-- What the till reads aloud when there is no network; the moving code is made from it.
CREATE TABLE rewards_voucher (
    code text PRIMARY KEY,
    citizen_id bigint NOT NULL,
    redemption_id uuid NOT NULL UNIQUE,
    merchant_id integer NOT NULL,
    CONSTRAINT rewards_voucher_code CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{8}$')
);

-- What happened to a redemption, in order; never changed.
CREATE TABLE rewards_step (
    citizen_id bigint NOT NULL,
    redemption_id uuid NOT NULL,
    at timestamptz NOT NULL,
    number smallint NOT NULL,
    state text NOT NULL,
    actor text NOT NULL,
    reason text,
    PRIMARY KEY (citizen_id, redemption_id, number)
);

-- Points that came back. They are not let expire before `until`; those that came back after they
-- were used (`again`) were credited anew and are counted as if they had never left.
CREATE TABLE rewards_restored (
    citizen_id bigint NOT NULL,
    redemption_id uuid NOT NULL,
    points bigint NOT NULL,
    again boolean NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (citizen_id, redemption_id),
    CONSTRAINT rewards_restored_points CHECK (points > 0)
);

GRANT SELECT ON
rewards_funding, rewards_offer, rewards_batch, rewards_stock, rewards_code, rewards_redemption,
rewards_voucher, rewards_step, rewards_restored
TO tanhui_app;
-- Drafts are the merchant's and may change; what is on sale is changed by functions alone.
GRANT INSERT ON rewards_funding, rewards_offer, rewards_code TO tanhui_app;
