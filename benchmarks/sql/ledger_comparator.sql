-- A double-entry ledger as one usually writes it: one function call moves one amount. It locks its
-- two accounts in id order, keeps a balance and a version on each, and writes a transfer with two
-- entries that each remember the balance before and after.
CREATE TABLE comparator_account (
    id bigint PRIMARY KEY,
    currency text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    allow_negative boolean NOT NULL DEFAULT FALSE,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE comparator_transfer (
    id uuid PRIMARY KEY,
    from_account_id bigint NOT NULL REFERENCES comparator_account (id),
    to_account_id bigint NOT NULL REFERENCES comparator_account (id),
    amount bigint NOT NULL CHECK (amount > 0),
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (from_account_id <> to_account_id)
);

CREATE TABLE comparator_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES comparator_account (id),
    transfer_id uuid NOT NULL REFERENCES comparator_transfer (id),
    amount bigint NOT NULL,
    balance_before bigint NOT NULL,
    balance_after bigint NOT NULL,
    account_version bigint NOT NULL
);
CREATE INDEX comparator_entry_account ON comparator_entry (account_id, account_version);
CREATE INDEX comparator_entry_transfer ON comparator_entry (transfer_id);

CREATE FUNCTION comparator_move(
    p_id uuid, p_from bigint, p_to bigint, p_amount bigint, p_event_at timestamptz
)
RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
    v_from comparator_account;
    v_to comparator_account;
BEGIN
    IF p_from < p_to THEN
        SELECT * INTO STRICT v_from FROM comparator_account WHERE id = p_from FOR UPDATE;
        SELECT * INTO STRICT v_to FROM comparator_account WHERE id = p_to FOR UPDATE;
    ELSE
        SELECT * INTO STRICT v_to FROM comparator_account WHERE id = p_to FOR UPDATE;
        SELECT * INTO STRICT v_from FROM comparator_account WHERE id = p_from FOR UPDATE;
    END IF;
    IF v_from.currency <> v_to.currency THEN
        RAISE EXCEPTION 'currencies differ';
    END IF;
    IF v_from.balance < p_amount AND NOT v_from.allow_negative THEN
        RAISE EXCEPTION 'balance exceeded';
    END IF;

    INSERT INTO comparator_transfer (id, from_account_id, to_account_id, amount, event_at)
    VALUES (p_id, p_from, p_to, p_amount, p_event_at);

    UPDATE comparator_account
    SET balance = balance - p_amount, version = version + 1, updated_at = now()
    WHERE id = p_from;
    UPDATE comparator_account
    SET balance = balance + p_amount, version = version + 1, updated_at = now()
    WHERE id = p_to;

    INSERT INTO comparator_entry (
        account_id, transfer_id, amount, balance_before, balance_after, account_version
    ) VALUES
    (
        p_from, p_id, -p_amount,
        v_from.balance, v_from.balance - p_amount, v_from.version + 1
    ),
    (
        p_to, p_id, p_amount,
        v_to.balance, v_to.balance + p_amount, v_to.version + 1
    );
    RETURN p_id;
END
$$;
