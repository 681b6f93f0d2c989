-- The public log before it is public. A leaf is written in the transaction of its fact; where it
-- stands in the log is decided later, once, by the function that numbers.

CREATE TABLE publiclog_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    leaf bytea NOT NULL,
    position bigint,
    CONSTRAINT publiclog_outbox_position_once UNIQUE (position),
    CONSTRAINT publiclog_outbox_position_not_negative CHECK (position >= 0),
    -- A bundle of entries gives a leaf 16 bits for its length.
    CONSTRAINT publiclog_outbox_leaf_length CHECK (octet_length(leaf) BETWEEN 2 AND 60000)
);
CREATE INDEX publiclog_outbox_waiting ON publiclog_outbox (id) WHERE position IS NULL;

-- Every tree the log has signed: one for each size, so that no size is ever signed twice
-- with different roots. `note` is the text that was signed.
CREATE TABLE publiclog_tree (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    note text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT publiclog_tree_size_not_negative CHECK (size >= 0),
    CONSTRAINT publiclog_tree_root_length CHECK (octet_length(root) = 32)
);

-- What made the publisher stop.
CREATE TABLE publiclog_alarm (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    code text NOT NULL,
    words text NOT NULL
);

-- A leaf's number is given by `publiclog_number` alone; nothing written here is ever changed.
GRANT SELECT ON publiclog_outbox, publiclog_tree, publiclog_alarm TO tanhui_app;
GRANT INSERT (at, leaf) ON publiclog_outbox TO tanhui_app;
GRANT INSERT ON publiclog_tree TO tanhui_app;
GRANT INSERT (at, code, words) ON publiclog_alarm TO tanhui_app;
