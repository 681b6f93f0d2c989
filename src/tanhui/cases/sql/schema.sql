-- Cases and what was done in them. The application reads; rows come and change only through the
-- functions beside this file, so that history cannot be written otherwise than by going on.
CREATE TABLE cases_case (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    version text NOT NULL,
    subject text NOT NULL,
    party_id bigint,
    facts jsonb NOT NULL,
    state text NOT NULL,
    steps integer NOT NULL,
    clock_at timestamptz,
    clock_then text,
    assignee_id bigint,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT cases_case_one_clock CHECK ((clock_at IS NULL) = (clock_then IS NULL)),
    CONSTRAINT cases_case_closed_rests CHECK (closed_at IS NULL OR clock_at IS NULL),
    CONSTRAINT cases_case_steps CHECK (steps > 0)
);
CREATE UNIQUE INDEX cases_case_live ON cases_case (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX cases_case_subject ON cases_case (kind, subject);
CREATE INDEX cases_case_open ON cases_case (kind, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX cases_case_clock ON cases_case (kind, clock_at) WHERE clock_at IS NOT NULL;
CREATE INDEX cases_case_party ON cases_case (party_id, kind) WHERE party_id IS NOT NULL;

-- One thing that somebody did. The hash is keyed: it proves words without giving them away.
CREATE TABLE cases_step (
    case_id uuid NOT NULL REFERENCES cases_case (id),
    number integer NOT NULL,
    step text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    person_id bigint,
    at timestamptz NOT NULL,
    words_hash bytea,
    facts jsonb NOT NULL,
    files text[] NOT NULL,
    PRIMARY KEY (case_id, number),
    CONSTRAINT cases_step_number CHECK (number > 0),
    CONSTRAINT cases_step_hash CHECK (octet_length(words_hash) = 32)
);
CREATE INDEX cases_step_person ON cases_step (person_id) WHERE person_id IS NOT NULL;

-- What people wrote, sealed. It can be erased; the step and the hash stay.
CREATE TABLE cases_words (
    case_id uuid NOT NULL,
    number integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (case_id, number),
    FOREIGN KEY (case_id, number) REFERENCES cases_step (case_id, number)
);

GRANT SELECT ON cases_case, cases_step TO tanhui_app;
GRANT SELECT, DELETE ON cases_words TO tanhui_app;
