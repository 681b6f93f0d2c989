-- The books: kinds of accounts, accounts, transfers and pool entries.
-- The application's role may read them; it writes only through the functions of this room.

CREATE TABLE ledger_kind (
    kind smallint PRIMARY KEY,
    code text NOT NULL UNIQUE,
    asset text NOT NULL,
    pooled boolean NOT NULL,
    CONSTRAINT ledger_kind_asset CHECK (asset IN ('REDUCTION_MG', 'POINT', 'CREDIT_KG', 'FEN')),
    CONSTRAINT ledger_kind_pooled UNIQUE (kind, pooled)
);

-- One row per holder and kind. Half of each page is left free, so that a balance is rewritten
-- in its own page and no index has to follow it.
CREATE TABLE ledger_account (
    holder_id bigint NOT NULL,
    kind smallint NOT NULL,
    pooled boolean NOT NULL DEFAULT FALSE,
    debits_pending bigint NOT NULL DEFAULT 0,
    debits_posted bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    credits_posted bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (holder_id, kind),
    CONSTRAINT ledger_account_kind FOREIGN KEY (kind, pooled) REFERENCES ledger_kind (kind, pooled),
    CONSTRAINT ledger_account_not_pooled CHECK (NOT pooled),
    CONSTRAINT ledger_account_amounts CHECK (
        debits_pending >= 0 AND debits_posted >= 0
        AND credits_pending >= 0 AND credits_posted >= 0
    ),
    CONSTRAINT ledger_account_never_negative CHECK (
        debits_posted + debits_pending <= credits_posted
    )
) WITH (fillfactor = 50);

-- phase: 0 posted at once, 1 pending, 2 posts a pending one, 3 voids it, 4 lets it expire.
CREATE TABLE ledger_transfer (
    id uuid PRIMARY KEY,
    debit_holder_id bigint NOT NULL,
    credit_holder_id bigint NOT NULL,
    amount bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    debit_kind smallint NOT NULL,
    credit_kind smallint NOT NULL,
    phase smallint NOT NULL DEFAULT 0,
    reason smallint NOT NULL,
    pending_id uuid,
    expires_at timestamptz,
    CONSTRAINT ledger_transfer_amount CHECK (amount BETWEEN 1 AND 1000000000000000),
    CONSTRAINT ledger_transfer_accounts CHECK (
        debit_holder_id <> credit_holder_id OR debit_kind <> credit_kind
    ),
    CONSTRAINT ledger_transfer_phase CHECK (
        (phase IN (0, 1) AND pending_id IS NULL) OR (phase IN (2, 3, 4) AND pending_id IS NOT NULL)
    ),
    CONSTRAINT ledger_transfer_expiry CHECK (expires_at IS NULL OR phase = 1)
);

-- Reservations are few beside postings. What must hold of them alone stands in tables of its own:
-- a foreign key and two indexes on every transfer would cost the postings half of their speed.

-- A reservation ends once.
CREATE TABLE ledger_resolution (
    pending_id uuid PRIMARY KEY,
    resolution_id uuid NOT NULL,
    CONSTRAINT ledger_resolution_pending
    FOREIGN KEY (pending_id) REFERENCES ledger_transfer (id),
    CONSTRAINT ledger_resolution_transfer
    FOREIGN KEY (resolution_id) REFERENCES ledger_transfer (id),
    CONSTRAINT ledger_resolution_ends_one UNIQUE (resolution_id)
);

-- The open reservations that end by themselves; a row goes when its reservation ends.
CREATE TABLE ledger_expiry (
    pending_id uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    CONSTRAINT ledger_expiry_pending FOREIGN KEY (pending_id) REFERENCES ledger_transfer (id)
);
CREATE INDEX ledger_expiry_due ON ledger_expiry (expires_at);

-- A pool (issuer, sink) has no row to fight over: each posting appends what it moved, and the
-- balance is the sum. This is why concurrent batches do not wait for one another.
CREATE TABLE ledger_pool_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    holder_id bigint NOT NULL,
    kind smallint NOT NULL,
    pooled boolean NOT NULL DEFAULT TRUE,
    debits_pending bigint NOT NULL,
    debits_posted bigint NOT NULL,
    credits_pending bigint NOT NULL,
    credits_posted bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT ledger_pool_entry_kind
    FOREIGN KEY (kind, pooled) REFERENCES ledger_kind (kind, pooled),
    CONSTRAINT ledger_pool_entry_pooled CHECK (pooled),
    -- What is posted stays posted; only a reservation ends, so only pending amounts may shrink.
    CONSTRAINT ledger_pool_entry_amounts CHECK (debits_posted >= 0 AND credits_posted >= 0)
);

GRANT SELECT ON
ledger_kind, ledger_account, ledger_transfer, ledger_resolution, ledger_expiry, ledger_pool_entry
TO tanhui_app;
