-- What the signed interface needs of a partner: keys, deliveries, use, contract, declared days.

-- What the operator agreed with the partner. These may be edited; the audit rows keep what was.
ALTER TABLE partners_partner
ADD COLUMN expected_hours integer NOT NULL DEFAULT 24,
ADD COLUMN modes text[] NOT NULL DEFAULT '{}',
ADD COLUMN items_per_day integer NOT NULL DEFAULT 2000000,
ADD COLUMN requests_per_minute integer NOT NULL DEFAULT 6000,
ADD CONSTRAINT partners_partner_expected CHECK (expected_hours BETWEEN 1 AND 744),
ADD CONSTRAINT partners_partner_quota CHECK (items_per_day >= 1 AND requests_per_minute >= 1);

-- Who passed the contract test, or what was missing and why it was waived.
CREATE TABLE partners_approval (
    partner_id integer PRIMARY KEY REFERENCES partners_partner (id),
    approved_at timestamptz NOT NULL,
    approved_by text NOT NULL,
    missing text[] NOT NULL,
    waived text,
    CONSTRAINT partners_approval_passed_or_waived CHECK (
        (cardinality(missing) = 0) = (waived IS NULL) AND waived <> ''
    )
);

-- A key is never changed. The secret of an HMAC key is sealed; of a pair only the public half is
-- here. The reference to the approval holds only for production keys: without one there is none.
CREATE TABLE partners_key (
    id uuid PRIMARY KEY,
    partner_id integer NOT NULL REFERENCES partners_partner (id),
    environment text NOT NULL,
    algorithm text NOT NULL,
    secret_sealed bytea,
    public_key bytea,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    approved_partner_id integer GENERATED ALWAYS AS (
        CASE environment WHEN 'production' THEN partner_id END
    ) STORED,
    CONSTRAINT partners_key_approved
    FOREIGN KEY (approved_partner_id) REFERENCES partners_approval (partner_id),
    CONSTRAINT partners_key_environment CHECK (environment IN ('sandbox', 'production')),
    CONSTRAINT partners_key_material CHECK (
        CASE algorithm
            WHEN 'hmac' THEN secret_sealed IS NOT NULL AND public_key IS NULL
            WHEN 'ed25519'
                THEN
                    secret_sealed IS NULL
                    AND public_key IS NOT NULL
                    AND octet_length(public_key) = 32
            ELSE FALSE
        END
    ),
    -- One pair signs for one partner in one environment, or nobody could tell who sent.
    CONSTRAINT partners_key_public_once UNIQUE (public_key)
);
CREATE INDEX partners_key_partner ON partners_key (partner_id);

CREATE TABLE partners_key_end (
    key_id uuid PRIMARY KEY REFERENCES partners_key (id),
    ended_at timestamptz NOT NULL,
    ended_by text NOT NULL,
    reason text NOT NULL
);

-- What a delivery was answered, kept for a month, so that sending it again gets the same answer.
CREATE TABLE partners_delivery (
    id uuid PRIMARY KEY,
    partner_id integer NOT NULL REFERENCES partners_partner (id),
    environment text NOT NULL,
    message_id text NOT NULL,
    body_digest bytea NOT NULL,
    key_id uuid NOT NULL REFERENCES partners_key (id),
    received_at timestamptz NOT NULL,
    took_ms integer NOT NULL,
    row_count integer NOT NULL,
    recorded_count integer NOT NULL,
    exists_count integer NOT NULL,
    held_count integer NOT NULL,
    refused_count integer NOT NULL,
    reduction_mg bigint NOT NULL,
    points bigint NOT NULL,
    result bytea NOT NULL,
    CONSTRAINT partners_delivery_message_once UNIQUE (partner_id, environment, message_id),
    CONSTRAINT partners_delivery_environment CHECK (environment IN ('sandbox', 'production')),
    CONSTRAINT partners_delivery_digest CHECK (octet_length(body_digest) = 32),
    CONSTRAINT partners_delivery_accounts_for_every_row CHECK (
        row_count = recorded_count + exists_count + held_count + refused_count
        AND least(recorded_count, exists_count, held_count, refused_count, took_ms) >= 0
    )
);
-- The answer arrives compressed; compressing it again would only take time.
ALTER TABLE partners_delivery ALTER COLUMN result SET STORAGE EXTERNAL;
CREATE INDEX partners_delivery_received ON partners_delivery (partner_id, received_at);

-- How much of the quota is used. No evidence: counting again after a crash harms nobody, and a
-- table without a log lets a request be counted without waiting for the disk.
CREATE UNLOGGED TABLE partners_use (
    partner_id integer NOT NULL,
    environment text NOT NULL,
    day date NOT NULL,
    items integer NOT NULL,
    minute timestamptz NOT NULL,
    requests integer NOT NULL,
    item_limit integer NOT NULL,
    request_limit integer NOT NULL,
    PRIMARY KEY (partner_id, environment),
    CONSTRAINT partners_use_environment CHECK (environment IN ('sandbox', 'production')),
    CONSTRAINT partners_use_fits CHECK (
        items BETWEEN 0 AND item_limit AND requests BETWEEN 0 AND request_limit
    )
) WITH (fillfactor = 50);

-- What a partner has shown in the sandbox. A tick stays; delivery_id is the one that showed it.
CREATE TABLE partners_contract_tick (
    partner_id integer NOT NULL REFERENCES partners_partner (id),
    check_code text NOT NULL,
    ticked_at timestamptz NOT NULL,
    delivery_id uuid,
    PRIMARY KEY (partner_id, check_code),
    CONSTRAINT partners_contract_tick_code CHECK (check_code ~ '^[a-z_]+(:[a-z_]+)?$')
);

-- What a partner says that it delivered on a day of the city: the newest version counts.
-- An empty mode stands for all of them. The amount is in the unit of the modes' measure.
CREATE TABLE partners_day_statement (
    partner_id integer NOT NULL REFERENCES partners_partner (id),
    environment text NOT NULL,
    day date NOT NULL,
    mode text NOT NULL,
    version integer NOT NULL,
    row_count integer NOT NULL,
    amount bigint,
    declared_at timestamptz NOT NULL,
    declared_by text NOT NULL,
    PRIMARY KEY (partner_id, environment, day, mode, version),
    CONSTRAINT partners_day_statement_environment CHECK (environment IN ('sandbox', 'production')),
    CONSTRAINT partners_day_statement_amounts CHECK (row_count >= 0 AND amount >= 0),
    CONSTRAINT partners_day_statement_version CHECK (version >= 1)
);

GRANT UPDATE (expected_hours, modes, items_per_day, requests_per_minute)
ON partners_partner TO tanhui_app;
GRANT SELECT, INSERT ON
partners_approval, partners_key, partners_key_end, partners_contract_tick, partners_day_statement
TO tanhui_app;
-- Deliveries are forgotten after a month, never changed.
GRANT SELECT, INSERT, DELETE ON partners_delivery TO tanhui_app;
GRANT SELECT, INSERT, UPDATE ON partners_use TO tanhui_app;
