-- The registry: one number per kilogram, for ever. The application's role may read it; it writes
-- only through the functions of this room, each of which moves blocks and books together.

-- What numbers begin with next, from the first issuance on. Every issuance waits for this row, so
-- numbers have no gaps.
CREATE TABLE registry_counter (
    one boolean PRIMARY KEY DEFAULT TRUE,
    next_number bigint NOT NULL DEFAULT 1,
    CONSTRAINT registry_counter_one CHECK (one),
    CONSTRAINT registry_counter_positive CHECK (next_number >= 1)
);

-- How much a project may have issued of one year, as it was registered for.
CREATE TABLE registry_cap (
    project_id bigint NOT NULL,
    vintage smallint NOT NULL,
    cap_kg bigint NOT NULL,
    issued_kg bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, vintage),
    CONSTRAINT registry_cap_project FOREIGN KEY (project_id) REFERENCES projects_project (id),
    CONSTRAINT registry_cap_never_passed CHECK (issued_kg BETWEEN 0 AND cap_kg)
);

-- One account per holder, project and vintage; without a holder it is the project's buffer.
-- Its number is the holder's in the ledger.
CREATE TABLE registry_account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id integer,
    project_id bigint NOT NULL,
    vintage smallint NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT registry_account_once
    UNIQUE NULLS NOT DISTINCT (organisation_id, project_id, vintage),
    CONSTRAINT registry_account_organisation
    FOREIGN KEY (organisation_id) REFERENCES identity_organisation (id),
    CONSTRAINT registry_account_project
    FOREIGN KEY (project_id) REFERENCES projects_project (id),
    CONSTRAINT registry_account_vintage CHECK (vintage BETWEEN 2000 AND 2200)
);
CREATE INDEX registry_account_of_project ON registry_account (project_id, vintage);

-- What happened, in order. The reference is the caller's: once for each organisation.
CREATE TABLE registry_event (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    organisation_id integer,
    reference text,
    facts jsonb NOT NULL,
    outbox_id bigint,
    CONSTRAINT registry_event_kind CHECK (kind IN (
        'issue', 'transfer', 'reserve', 'undo', 'retire', 'aside', 'release', 'cancel', 'replace'
    )),
    CONSTRAINT registry_event_reference_once UNIQUE (organisation_id, reference),
    CONSTRAINT registry_event_organisation
    FOREIGN KEY (organisation_id) REFERENCES identity_organisation (id),
    CONSTRAINT registry_event_leaf FOREIGN KEY (outbox_id) REFERENCES publiclog_outbox (id)
);

-- The books' side of an event: one transfer for each line.
CREATE TABLE registry_line (
    event_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    account_id bigint NOT NULL,
    kg bigint NOT NULL,
    transfer_id uuid NOT NULL UNIQUE,
    PRIMARY KEY (event_id, ordinal),
    CONSTRAINT registry_line_event FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_line_account FOREIGN KEY (account_id) REFERENCES registry_account (id),
    CONSTRAINT registry_line_transfer FOREIGN KEY (transfer_id) REFERENCES ledger_transfer (id),
    CONSTRAINT registry_line_kg CHECK (kg > 0)
);

-- Where every kilogram is now. No two blocks share a number, whatever became of them.
CREATE TABLE registry_block (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serials int8range NOT NULL,
    account_id bigint NOT NULL,
    state text NOT NULL,
    issue_id uuid NOT NULL,
    hold_id uuid,
    parent_id bigint,
    CONSTRAINT registry_block_serials
    CHECK (NOT isempty(serials) AND lower(serials) >= 1 AND NOT upper_inf(serials)),
    CONSTRAINT registry_block_one_number_once EXCLUDE USING gist (serials WITH &&),
    CONSTRAINT registry_block_account FOREIGN KEY (account_id) REFERENCES registry_account (id),
    CONSTRAINT registry_block_issue FOREIGN KEY (issue_id) REFERENCES registry_event (id),
    CONSTRAINT registry_block_hold FOREIGN KEY (hold_id) REFERENCES registry_event (id),
    CONSTRAINT registry_block_parent FOREIGN KEY (parent_id) REFERENCES registry_block (id),
    CONSTRAINT registry_block_state
    CHECK (state IN ('held', 'reserved', 'retired', 'cancelled')),
    CONSTRAINT registry_block_reserved_for_something
    CHECK ((state = 'reserved') = (hold_id IS NOT NULL))
);
CREATE INDEX registry_block_of_account ON registry_block (account_id, state, lower(serials));
CREATE INDEX registry_block_on_hold ON registry_block (hold_id) WHERE hold_id IS NOT NULL;

-- Every move of every kilogram, for ever: from where to where, from which state into which.
CREATE TABLE registry_movement (
    event_id uuid NOT NULL,
    serials int8range NOT NULL,
    block_id bigint NOT NULL,
    from_account_id bigint,
    to_account_id bigint NOT NULL,
    from_state text,
    to_state text NOT NULL,
    PRIMARY KEY (event_id, serials),
    CONSTRAINT registry_movement_event FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_movement_block FOREIGN KEY (block_id) REFERENCES registry_block (id),
    CONSTRAINT registry_movement_begins
    CHECK ((from_account_id IS NULL) = (from_state IS NULL))
);
CREATE INDEX registry_movement_life ON registry_movement USING gist (serials);
-- A holder's statement reads what came in, what stayed, and what went out.
CREATE INDEX registry_movement_in ON registry_movement (to_account_id);
CREATE INDEX registry_movement_out ON registry_movement (from_account_id)
WHERE from_account_id <> to_account_id;

CREATE TABLE registry_issuance (
    event_id uuid PRIMARY KEY,
    period_id bigint NOT NULL,
    project_id bigint NOT NULL,
    vintage smallint NOT NULL,
    serials int8range NOT NULL,
    buffer_kg bigint NOT NULL,
    said jsonb NOT NULL,
    verifier_key text NOT NULL,
    signature text NOT NULL,
    CONSTRAINT registry_issuance_event FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_issuance_once UNIQUE (period_id),
    CONSTRAINT registry_issuance_period
    FOREIGN KEY (period_id) REFERENCES projects_period (id),
    CONSTRAINT registry_issuance_project
    FOREIGN KEY (project_id) REFERENCES projects_project (id),
    CONSTRAINT registry_issuance_buffer CHECK (buffer_kg >= 0)
);
CREATE INDEX registry_issuance_of_project ON registry_issuance (project_id, vintage);

-- A retirement from its request on. The beneficiary may be a person, so its name is sealed; the
-- log holds a salted commitment alone. The certificate, with its salt, is kept beside it.
CREATE TABLE registry_retirement (
    id uuid PRIMARY KEY,
    serial bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    year smallint NOT NULL,
    organisation_id integer NOT NULL,
    kg bigint NOT NULL,
    beneficiary_kind text NOT NULL,
    beneficiary_sealed bytea,
    purpose_zh text NOT NULL,
    purpose_en text NOT NULL,
    boundary_zh text NOT NULL,
    boundary_en text NOT NULL,
    state text NOT NULL,
    requested_at timestamptz NOT NULL,
    undo_until timestamptz NOT NULL,
    commitment bytea,
    ended_by uuid,
    CONSTRAINT registry_retirement_request FOREIGN KEY (id) REFERENCES registry_event (id),
    CONSTRAINT registry_retirement_end FOREIGN KEY (ended_by) REFERENCES registry_event (id),
    CONSTRAINT registry_retirement_organisation
    FOREIGN KEY (organisation_id) REFERENCES identity_organisation (id),
    CONSTRAINT registry_retirement_kg CHECK (kg > 0),
    CONSTRAINT registry_retirement_beneficiary
    CHECK (beneficiary_kind IN ('organisation', 'event', 'person')),
    CONSTRAINT registry_retirement_state
    CHECK (
        (state = 'pending' AND ended_by IS NULL AND commitment IS NULL)
        OR (state = 'undone' AND ended_by IS NOT NULL AND commitment IS NULL)
        OR (state = 'retired' AND ended_by IS NOT NULL AND octet_length(commitment) = 32)
    )
);
CREATE INDEX registry_retirement_pending ON registry_retirement (undo_until)
WHERE state = 'pending';
CREATE INDEX registry_retirement_of ON registry_retirement (organisation_id, serial);
CREATE INDEX registry_retirement_ended ON registry_retirement (ended_by);

-- What is frozen, pledged or held by a court, and by which event that ended.
CREATE TABLE registry_aside (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    organisation_id integer NOT NULL,
    reason text NOT NULL,
    ended_by uuid,
    CONSTRAINT registry_aside_begin FOREIGN KEY (id) REFERENCES registry_event (id),
    CONSTRAINT registry_aside_end FOREIGN KEY (ended_by) REFERENCES registry_event (id),
    CONSTRAINT registry_aside_kind CHECK (kind IN ('freeze', 'pledge', 'court'))
);
CREATE INDEX registry_aside_live ON registry_aside (organisation_id) WHERE ended_by IS NULL;

-- Cancelling takes two persons of the authority.
CREATE TABLE registry_cancellation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serials int8range NOT NULL,
    reason text NOT NULL,
    proposed_by bigint NOT NULL,
    proposed_at timestamptz NOT NULL,
    outcome text,
    decided_by bigint,
    decided_at timestamptz,
    event_id uuid,
    CONSTRAINT registry_cancellation_serials
    CHECK (NOT isempty(serials) AND lower(serials) >= 1 AND NOT upper_inf(serials)),
    CONSTRAINT registry_cancellation_event
    FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_cancellation_two_persons CHECK (
        (outcome IS NULL AND decided_by IS NULL AND decided_at IS NULL AND event_id IS NULL)
        OR (
            outcome = 'confirmed' AND decided_by <> proposed_by
            AND decided_at IS NOT NULL AND event_id IS NOT NULL
        )
        OR (outcome = 'withdrawn' AND decided_by IS NOT NULL AND decided_at IS NOT NULL)
    )
);

-- Retired kilograms that turned out not to count, and what was retired from the buffer instead.
CREATE TABLE registry_invalid (
    serials int8range PRIMARY KEY,
    event_id uuid NOT NULL,
    retirement_id uuid NOT NULL,
    CONSTRAINT registry_invalid_once EXCLUDE USING gist (serials WITH &&),
    CONSTRAINT registry_invalid_event FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_invalid_retirement
    FOREIGN KEY (retirement_id) REFERENCES registry_retirement (id)
);
CREATE INDEX registry_invalid_of ON registry_invalid (retirement_id);
CREATE TABLE registry_replacement (
    event_id uuid PRIMARY KEY,
    retirement_id uuid NOT NULL,
    kg bigint NOT NULL,
    CONSTRAINT registry_replacement_event FOREIGN KEY (event_id) REFERENCES registry_event (id),
    CONSTRAINT registry_replacement_retirement
    FOREIGN KEY (retirement_id) REFERENCES registry_retirement (id),
    CONSTRAINT registry_replacement_kg CHECK (kg > 0)
);
CREATE INDEX registry_replacement_of ON registry_replacement (retirement_id);

-- A vintage that somebody doubts with reason; its certificates say so as long as it lasts.
CREATE TABLE registry_dispute (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL,
    vintage smallint NOT NULL,
    reason text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT registry_dispute_project
    FOREIGN KEY (project_id) REFERENCES projects_project (id),
    CONSTRAINT registry_dispute_ends_after CHECK (closed_at >= opened_at)
);
CREATE UNIQUE INDEX registry_dispute_live ON registry_dispute (project_id, vintage)
WHERE closed_at IS NULL;

GRANT SELECT ON
registry_counter, registry_cap, registry_account, registry_event, registry_line, registry_block,
registry_movement, registry_issuance, registry_retirement, registry_aside, registry_cancellation,
registry_invalid, registry_replacement, registry_dispute
TO tanhui_app;
GRANT INSERT (serials, reason, proposed_by, proposed_at) ON registry_cancellation TO tanhui_app;
GRANT UPDATE (outcome, decided_by, decided_at, event_id) ON registry_cancellation TO tanhui_app;
GRANT INSERT (project_id, vintage, reason, opened_at) ON registry_dispute TO tanhui_app;
GRANT UPDATE (closed_at) ON registry_dispute TO tanhui_app;
-- Erasing a person takes the name; the commitment tells nobody anything without the certificate.
GRANT UPDATE (beneficiary_sealed) ON registry_retirement TO tanhui_app;
