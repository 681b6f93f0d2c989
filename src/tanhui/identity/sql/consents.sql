-- What people agreed to. Nothing here is ever changed or removed: the last event is the state.

-- The words that were shown, kept as they were, so that an old consent can still be read.
CREATE TABLE identity_consent_text (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purpose text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    text_zh text NOT NULL,
    text_en text NOT NULL,
    CONSTRAINT identity_consent_text_once UNIQUE (purpose, version, digest),
    CONSTRAINT identity_consent_text_purpose UNIQUE (id, purpose),
    CONSTRAINT identity_consent_text_digest CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT identity_consent_text_words CHECK (text_zh <> '' AND text_en <> '')
);

-- An event. partner_id is the partner's number, 0 where the purpose concerns none of them; the room
-- of partners lies above this one, so the database knows it as a plain number.
CREATE TABLE identity_consent (
    id bigint GENERATED ALWAYS AS IDENTITY,
    person_id bigint NOT NULL REFERENCES identity_person (id),
    purpose text NOT NULL,
    partner_id integer NOT NULL,
    event text NOT NULL,
    text_id smallint NOT NULL,
    channel text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (person_id, id),
    CONSTRAINT identity_consent_text_shown
    FOREIGN KEY (text_id, purpose) REFERENCES identity_consent_text (id, purpose),
    CONSTRAINT identity_consent_event CHECK (event IN ('given', 'declined', 'withdrawn')),
    CONSTRAINT identity_consent_channel CHECK (
        channel IN ('first', 'page', 'api', 'desk', 'partner', 'simulated', 'erasure')
    ),
    CONSTRAINT identity_consent_partner CHECK (partner_id >= 0)
);
-- Whoever settles asks who has said no, which are few; those who said yes are never read for it.
CREATE INDEX identity_consent_refused ON identity_consent (purpose, partner_id, person_id)
WHERE event <> 'given';

GRANT SELECT, INSERT ON identity_consent_text, identity_consent TO tanhui_app;
