-- Files by their hash. Rows are only added: what a file was, who kept it and that it was erased
-- can be shown for ever; the bytes lie outside, in the folder of the vault.

-- One sequence of bytes, once, however many files consist of it.
CREATE TABLE vault_content (
    sha256 bytea PRIMARY KEY,
    size bigint NOT NULL,
    media_type text NOT NULL,
    scan text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT vault_content_hash CHECK (octet_length(sha256) = 32),
    CONSTRAINT vault_content_size CHECK (size > 0),
    CONSTRAINT vault_content_scan CHECK (scan IN ('clean', 'unscanned'))
);

-- What somebody keeps, whose it is, and who else may read it.
CREATE TABLE vault_file (
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    owner_id bigint REFERENCES identity_person (id),
    roles text[] NOT NULL,
    organisations bigint[] NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX vault_file_owner ON vault_file (owner_id) WHERE owner_id IS NOT NULL;

-- `sent` is the hash of the bytes as they came: an image is encoded anew before it is kept.
CREATE TABLE vault_version (
    file_id uuid NOT NULL REFERENCES vault_file (id),
    number integer NOT NULL,
    sha256 bytea NOT NULL REFERENCES vault_content (sha256),
    sent bytea NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (file_id, number),
    CONSTRAINT vault_version_number CHECK (number > 0),
    CONSTRAINT vault_version_sent CHECK (octet_length(sent) = 32)
);
CREATE INDEX vault_version_content ON vault_version (sha256);

-- A file whose bytes were erased, by whom and when.
CREATE TABLE vault_erased (
    file_id uuid PRIMARY KEY REFERENCES vault_file (id),
    actor text NOT NULL,
    at timestamptz NOT NULL
);

GRANT SELECT, INSERT ON vault_content, vault_file, vault_version, vault_erased TO tanhui_app;
