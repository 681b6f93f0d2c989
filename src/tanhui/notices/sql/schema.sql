-- What people are told, by which way, and what they chose. The person's number is part of every
-- key, so that the tables may be divided by it.

-- One thing that somebody is told; it lies in the inbox, whatever else is sent.
CREATE TABLE notices_message (
    person_id bigint NOT NULL REFERENCES identity_person (id),
    id uuid NOT NULL,
    template text NOT NULL,
    version text NOT NULL,
    purpose text NOT NULL,
    urgent boolean NOT NULL,
    key text NOT NULL,
    link text NOT NULL,
    facts_sealed bytea NOT NULL,
    at timestamptz NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (person_id, id),
    CONSTRAINT notices_message_once UNIQUE (person_id, key),
    CONSTRAINT notices_message_key CHECK (length(key) BETWEEN 1 AND 120),
    -- A link leads to a page of our own and nowhere else.
    CONSTRAINT notices_message_link CHECK (
        link = '' OR link ~ '^/[a-z][a-zA-Z0-9/_.?=&#-]{0,200}$'
    ),
    CONSTRAINT notices_message_read CHECK (read_at >= at)
);
-- Sealing anew goes through the rows by their number alone.
CREATE INDEX notices_message_id ON notices_message (id);
CREATE INDEX notices_message_unread ON notices_message (person_id) WHERE read_at IS NULL;
CREATE INDEX notices_message_at ON notices_message (at);

-- The same thing on its way outside, once for each way that the person chose.
CREATE TABLE notices_sending (
    person_id bigint NOT NULL,
    message_id uuid NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    urgent boolean NOT NULL,
    at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    attempts smallint NOT NULL DEFAULT 0,
    leased_until timestamptz,
    language text,
    reference text,
    reason text,
    ended_at timestamptz,
    PRIMARY KEY (person_id, message_id, channel),
    FOREIGN KEY (person_id, message_id) REFERENCES notices_message (person_id, id),
    CONSTRAINT notices_sending_channel CHECK (channel IN ('subscribe', 'sms', 'mail')),
    CONSTRAINT notices_sending_state CHECK (
        state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')
    ),
    CONSTRAINT notices_sending_leased CHECK ((leased_until IS NOT NULL) = (state = 'sending')),
    CONSTRAINT notices_sending_ended CHECK (
        (ended_at IS NOT NULL) = (state IN ('sent', 'failed', 'dropped'))
    ),
    CONSTRAINT notices_sending_told CHECK ((state = 'sent') = (language IS NOT NULL)),
    CONSTRAINT notices_sending_reason CHECK (
        state NOT IN ('failed', 'dropped') OR reason IS NOT NULL
    ),
    CONSTRAINT notices_sending_attempts CHECK (attempts >= 0)
);
CREATE INDEX notices_sending_due ON notices_sending (due_at)
WHERE state IN ('waiting', 'sending');
CREATE INDEX notices_sending_failed ON notices_sending (ended_at) WHERE state = 'failed';
CREATE INDEX notices_sending_at ON notices_sending (at);
CREATE INDEX notices_sending_sms ON notices_sending (person_id)
WHERE channel = 'sms' AND state IN ('sending', 'sent');

-- Where a person is reached. A mail address counts once a code has come back from it.
CREATE TABLE notices_address (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES identity_person (id),
    channel text NOT NULL,
    address_sealed bytea NOT NULL,
    address_index bytea NOT NULL,
    proved_at timestamptz NOT NULL,
    CONSTRAINT notices_address_one UNIQUE (person_id, channel),
    CONSTRAINT notices_address_channel CHECK (channel IN ('subscribe', 'mail')),
    CONSTRAINT notices_address_index CHECK (octet_length(address_index) = 32)
);
CREATE INDEX notices_address_found ON notices_address (channel, address_index);

-- A mail address that is to be proved, and the keyed hash of the code that was sent there.
CREATE TABLE notices_proof (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES identity_person (id),
    address_sealed bytea NOT NULL,
    code_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    used_at timestamptz,
    CONSTRAINT notices_proof_hash CHECK (octet_length(code_hash) = 32),
    CONSTRAINT notices_proof_until CHECK (until > at),
    CONSTRAINT notices_proof_attempts CHECK (attempts >= 0)
);
CREATE INDEX notices_proof_person ON notices_proof (person_id, at);

-- Every yes and no; the last one of a purpose and a way is the state.
CREATE TABLE notices_choice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES identity_person (id),
    purpose text NOT NULL,
    channel text NOT NULL,
    wanted boolean NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT notices_choice_channel CHECK (channel IN ('subscribe', 'sms', 'mail'))
);
CREATE INDEX notices_choice_last ON notices_choice (person_id, purpose, channel, id);

-- WeChat lets one message through for each time that a person said yes to its template.
CREATE TABLE notices_grant (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES identity_person (id),
    template text NOT NULL,
    at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT notices_grant_used CHECK (used_at >= at)
);
CREATE INDEX notices_grant_left ON notices_grant (person_id, template) WHERE used_at IS NULL;

GRANT SELECT, INSERT ON notices_message, notices_sending, notices_choice TO tanhui_app;
GRANT SELECT, INSERT ON notices_address, notices_proof, notices_grant TO tanhui_app;
GRANT UPDATE (read_at) ON notices_message TO tanhui_app;
GRANT UPDATE (
    due_at, state, attempts, leased_until, language, reference, reason, ended_at
) ON notices_sending TO tanhui_app;
GRANT UPDATE (address_sealed, address_index, proved_at) ON notices_address TO tanhui_app;
GRANT DELETE ON notices_address TO tanhui_app;
GRANT UPDATE (attempts, used_at) ON notices_proof TO tanhui_app;
GRANT UPDATE (used_at) ON notices_grant TO tanhui_app;
