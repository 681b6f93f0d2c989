-- The rulebook: what was proposed, what was computed before anybody decided, what was published.

-- One text that somebody would have in force. It never changes: another text is another proposal.
CREATE TABLE rulebook_proposal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    document text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    replaces text NOT NULL,
    effective_from date NOT NULL,
    effective_until date,
    path text NOT NULL,
    body text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    person_id bigint,
    proposed_at timestamptz NOT NULL,
    CONSTRAINT rulebook_proposal_kind
    CHECK (kind IN ('methodology', 'tariff', 'limit', 'detector')),
    CONSTRAINT rulebook_proposal_digest CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT rulebook_proposal_future CHECK (
        effective_from > (proposed_at AT TIME ZONE 'Asia/Shanghai')::date
    )
);
CREATE INDEX rulebook_proposal_document ON rulebook_proposal (kind, document, id);

-- What a proposal would have changed, computed on the deeds of days that have passed.
CREATE TABLE rulebook_replay (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal_id bigint NOT NULL REFERENCES rulebook_proposal (id),
    digest text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    actor text NOT NULL,
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    days_done integer NOT NULL DEFAULT 0,
    beat_at timestamptz,
    finished_at timestamptz,
    result jsonb,
    CONSTRAINT rulebook_replay_state CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    CONSTRAINT rulebook_replay_days CHECK (last_day >= first_day),
    CONSTRAINT rulebook_replay_result CHECK ((state IN ('done', 'failed')) = (result IS NOT NULL))
);
CREATE INDEX rulebook_replay_proposal ON rulebook_replay (proposal_id, id);
CREATE INDEX rulebook_replay_open ON rulebook_replay (id) WHERE state IN ('waiting', 'running');

-- What is in force from when on. `body` is the text of what is not on disk. Whoever decided is
-- told in public by a role and a salted commitment; the salts stay here.
CREATE TABLE rulebook_publication (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    document text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    effective_from date NOT NULL,
    effective_until date,
    basis text NOT NULL,
    proposal_id bigint UNIQUE REFERENCES rulebook_proposal (id),
    proposer_id bigint,
    seconder_id bigint,
    publisher_id bigint,
    decided jsonb NOT NULL,
    salts text[] NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    path text NOT NULL,
    body text,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT rulebook_publication_kind
    CHECK (kind IN ('methodology', 'tariff', 'limit', 'detector')),
    CONSTRAINT rulebook_publication_version UNIQUE (kind, document, version),
    CONSTRAINT rulebook_publication_digest UNIQUE (digest),
    CONSTRAINT rulebook_publication_begins UNIQUE (kind, document, effective_from),
    CONSTRAINT rulebook_publication_basis CHECK (
        basis = 'founding' AND proposal_id IS NULL AND body IS NULL
        OR basis = 'decision' AND proposal_id IS NOT NULL AND body IS NOT NULL
    ),
    CONSTRAINT rulebook_publication_future CHECK (
        basis = 'founding'
        OR effective_from > (published_at AT TIME ZONE 'Asia/Shanghai')::date
    ),
    CONSTRAINT rulebook_publication_three_persons CHECK (
        basis = 'founding'
        OR (
            proposer_id IS NOT NULL AND seconder_id IS NOT NULL AND publisher_id IS NOT NULL
            AND proposer_id <> seconder_id
            AND publisher_id <> proposer_id
            AND publisher_id <> seconder_id
        )
    )
);
CREATE INDEX rulebook_publication_texts ON rulebook_publication (id) WHERE body IS NOT NULL;

GRANT SELECT, INSERT ON rulebook_proposal, rulebook_publication TO tanhui_app;
GRANT SELECT, INSERT ON rulebook_replay TO tanhui_app;
GRANT UPDATE (state, days_done, beat_at, finished_at, result) ON rulebook_replay TO tanhui_app;
