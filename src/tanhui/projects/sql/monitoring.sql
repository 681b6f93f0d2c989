-- Monitoring periods, what was reported of them, what the verification body found and signed. The
-- application reads; a period's own row comes and changes only through the functions beside this
-- file, everything else is only ever added to.

-- One period of a registered project, in one calendar year. No two of a project share a day, but
-- for those that came to nothing.
CREATE TABLE projects_period (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects_project (id),
    number integer NOT NULL,
    days daterange NOT NULL,
    state text NOT NULL DEFAULT 'open',
    opened_at timestamptz NOT NULL,
    issued_at timestamptz,
    event_id uuid UNIQUE,
    CONSTRAINT projects_period_number UNIQUE (project_id, number),
    CONSTRAINT projects_period_counted CHECK (number > 0),
    CONSTRAINT projects_period_state CHECK (
        state IN (
            'open', 'submitted', 'verifying', 'returned', 'verified', 'proposed', 'approved',
            'issued', 'refused', 'withdrawn'
        )
    ),
    CONSTRAINT projects_period_days CHECK (
        NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)
    ),
    CONSTRAINT projects_period_one_year CHECK (
        extract(YEAR FROM lower(days)) = extract(YEAR FROM upper(days) - 1)
    ),
    CONSTRAINT projects_period_issued CHECK (
        (state = 'issued') = (issued_at IS NOT NULL) AND (state = 'issued') = (event_id IS NOT NULL)
    ),
    CONSTRAINT projects_period_apart EXCLUDE USING gist (
        int8range(project_id, project_id, '[]') WITH =, days WITH &&
    ) WHERE (state NOT IN ('withdrawn', 'refused'))
);
CREATE INDEX projects_period_open ON projects_period (state, id);
ALTER TABLE projects_document
ADD CONSTRAINT projects_document_period FOREIGN KEY (period_id) REFERENCES projects_period (id);

-- One version of a report: the cells with their evidence, the texts, and what the engine answered,
-- with the rows of the factors it took. `sha256` is that of all this in canonical JSON.
CREATE TABLE projects_report (
    period_id bigint NOT NULL REFERENCES projects_period (id),
    number integer NOT NULL,
    cells jsonb NOT NULL,
    texts jsonb NOT NULL,
    result jsonb NOT NULL,
    reduction_kg bigint NOT NULL,
    deficit_kg bigint NOT NULL,
    methodology text NOT NULL,
    digest text NOT NULL,
    calculation text NOT NULL,
    evidence text[] NOT NULL,
    sha256 text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (period_id, number),
    CONSTRAINT projects_report_number CHECK (number > 0),
    CONSTRAINT projects_report_kg CHECK (reduction_kg >= 0 AND deficit_kg >= 0),
    CONSTRAINT projects_report_digest CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT projects_report_calculation CHECK (calculation ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT projects_report_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

-- A version that was handed in; a later one takes its place.
CREATE TABLE projects_submission (
    period_id bigint NOT NULL,
    report integer NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (period_id, report),
    FOREIGN KEY (period_id, report) REFERENCES projects_report (period_id, number)
);

-- A key by which a verification body signs. The platform holds its public half alone.
CREATE TABLE projects_verifier_key (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES identity_organisation (id),
    key_id text NOT NULL,
    vkey text NOT NULL UNIQUE,
    outbox_id bigint NOT NULL UNIQUE,
    since timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT projects_verifier_key_id CHECK (key_id ~ '^[0-9a-f]{8}$'),
    CONSTRAINT projects_verifier_key_revoked CHECK (revoked_at >= since)
);
CREATE INDEX projects_verifier_key_organisation ON projects_verifier_key (organisation_id, id);

-- What a verification body asks about a cell, a text or a paper of a project (`project:CODE`) or
-- of a period (`period:ID`).
CREATE TABLE projects_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    number integer NOT NULL,
    anchor text NOT NULL,
    title text NOT NULL,
    verifier_id bigint NOT NULL REFERENCES identity_organisation (id),
    at timestamptz NOT NULL,
    CONSTRAINT projects_finding_once UNIQUE (subject, number),
    CONSTRAINT projects_finding_number CHECK (number > 0),
    CONSTRAINT projects_finding_title CHECK (length(title) BETWEEN 1 AND 100),
    CONSTRAINT projects_finding_anchor CHECK (length(anchor) BETWEEN 1 AND 200)
);

-- What was said of it, in order; the last word says where it stands. `due_at` is when an answer is
-- owed.
CREATE TABLE projects_finding_word (
    finding_id bigint NOT NULL REFERENCES projects_finding (id),
    number integer NOT NULL,
    act text NOT NULL,
    words text NOT NULL,
    organisation_id bigint NOT NULL REFERENCES identity_organisation (id),
    actor text NOT NULL,
    due_at timestamptz,
    at timestamptz NOT NULL,
    PRIMARY KEY (finding_id, number),
    CONSTRAINT projects_finding_word_act CHECK (act IN ('raise', 'answer', 'ask', 'close')),
    CONSTRAINT projects_finding_word_words CHECK (length(words) BETWEEN 1 AND 2000),
    CONSTRAINT projects_finding_word_due CHECK ((due_at IS NOT NULL) = (act IN ('raise', 'ask')))
);

-- What a verification body signed of a report, or of a project's design. The signature was checked
-- before the row was written, and stays checkable: statement, key and signature stand in it.
CREATE TABLE projects_opinion (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    version integer NOT NULL,
    verifier_id bigint NOT NULL REFERENCES identity_organisation (id),
    statement text NOT NULL,
    signature text NOT NULL,
    key_id bigint NOT NULL REFERENCES projects_verifier_key (id),
    positive boolean NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT projects_opinion_once UNIQUE (subject, version),
    CONSTRAINT projects_opinion_version CHECK (version > 0)
);

-- What two persons of the regulator decided about a period: that its credits may be issued.
CREATE TABLE projects_approval (
    period_id bigint PRIMARY KEY REFERENCES projects_period (id),
    opinion_id bigint NOT NULL UNIQUE REFERENCES projects_opinion (id),
    proposer_id bigint NOT NULL,
    confirmer_id bigint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT projects_approval_two_persons CHECK (proposer_id <> confirmer_id)
);

GRANT SELECT ON
projects_period, projects_report, projects_submission, projects_verifier_key, projects_finding,
projects_finding_word, projects_opinion, projects_approval
TO tanhui_app;
GRANT INSERT ON
projects_report, projects_submission, projects_verifier_key, projects_finding,
projects_finding_word, projects_opinion, projects_approval
TO tanhui_app;
GRANT UPDATE (revoked_at) ON projects_verifier_key TO tanhui_app;
