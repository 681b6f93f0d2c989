-- Other registers, as their public files tell them. These are not our books: a later file may tell
-- a project anew. What a file told about credits stays; only its being the latest word may end.

CREATE TABLE projects_foreign_register (
    name text PRIMARY KEY,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    first_read_at timestamptz NOT NULL,
    CONSTRAINT projects_foreign_register_name CHECK (name ~ '^[a-z][a-z0-9-]*$')
);

-- One reading of one file. `rows` is what became of its rows: told by outcome and reason.
CREATE TABLE projects_foreign_import (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    register text NOT NULL REFERENCES projects_foreign_register (name),
    file_name text NOT NULL,
    sha256 bytea NOT NULL,
    outcome jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT projects_foreign_import_hash CHECK (octet_length(sha256) = 32)
);

-- Rows by their digest: what was read before is known, in whatever file it comes again.
CREATE TABLE projects_foreign_row (
    register text NOT NULL REFERENCES projects_foreign_register (name),
    digest bytea NOT NULL,
    import_id bigint NOT NULL REFERENCES projects_foreign_import (id),
    PRIMARY KEY (register, digest),
    CONSTRAINT projects_foreign_row_digest CHECK (octet_length(digest) = 16)
);

-- One project of another register. `code` is how we write it (`VCS-1736`), `number` how its own
-- register does. Quantities are kilograms; a text that no file told is empty.
CREATE TABLE projects_foreign_project (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    register text NOT NULL REFERENCES projects_foreign_register (name),
    code text NOT NULL UNIQUE,
    number text NOT NULL,
    name text NOT NULL,
    owner text NOT NULL,
    kind text NOT NULL,
    methodologies text[] NOT NULL,
    status text NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    place text NOT NULL,
    longitude numeric(9, 6),
    latitude numeric(8, 6),
    estimated_kg bigint,
    issued_kg bigint,
    listed_on date,
    registered_on date,
    crediting_first date,
    crediting_last date,
    website text NOT NULL,
    read_at timestamptz NOT NULL,
    import_id bigint NOT NULL REFERENCES projects_foreign_import (id),
    grams text[] NOT NULL GENERATED ALWAYS AS (projects_grams(name)) STORED,
    owner_grams text[] NOT NULL GENERATED ALWAYS AS (projects_grams(owner)) STORED,
    CONSTRAINT projects_foreign_project_number_once UNIQUE (register, number),
    CONSTRAINT projects_foreign_project_amounts CHECK (estimated_kg >= 0 AND issued_kg >= 0),
    CONSTRAINT projects_foreign_project_place CHECK (
        longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90
        AND (longitude IS NULL) = (latitude IS NULL)
    )
);
CREATE INDEX projects_foreign_project_grams ON projects_foreign_project
USING gin (grams) WITH (fastupdate = off);
CREATE INDEX projects_foreign_project_owner_grams ON projects_foreign_project
USING gin (owner_grams) WITH (fastupdate = off);

-- What serials are numbered within: a register's whole sequence, or one batch of it.
CREATE TABLE projects_foreign_series (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    register text NOT NULL REFERENCES projects_foreign_register (name),
    name text NOT NULL,
    CONSTRAINT projects_foreign_series_once UNIQUE (register, name)
);

-- One block of credits and what a file says of it. A number counts one tonne. `live` ends when a
-- later file tells what became of a block that was still held.
CREATE TABLE projects_foreign_credit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects_foreign_project (id),
    kind text NOT NULL,
    kg bigint NOT NULL,
    buffer_kg bigint,
    series_id bigint REFERENCES projects_foreign_series (id),
    serials int8range,
    serial text NOT NULL,
    vintage smallint,
    vintage_first date,
    vintage_last date,
    on_day date,
    account text NOT NULL,
    beneficiary text NOT NULL,
    reason text NOT NULL,
    note text NOT NULL,
    live boolean NOT NULL DEFAULT TRUE,
    digest bytea NOT NULL,
    import_id bigint NOT NULL REFERENCES projects_foreign_import (id),
    CONSTRAINT projects_foreign_credit_kind CHECK (
        kind IN ('issuance', 'holding', 'retirement', 'cancellation')
    ),
    CONSTRAINT projects_foreign_credit_amount CHECK (kg > 0 AND buffer_kg >= 0),
    CONSTRAINT projects_foreign_credit_serials CHECK (
        (serials IS NULL) = (series_id IS NULL)
        AND (
            serials IS NULL
            OR (
                NOT isempty(serials) AND lower(serials) >= 0 AND NOT upper_inf(serials)
                AND NOT lower_inf(serials)
            )
        )
    ),
    CONSTRAINT projects_foreign_credit_block_is_quantity CHECK (
        serials IS NULL OR kg = 1000 * (upper(serials) - lower(serials))
    ),
    -- What was issued is told apart from what became of it, so a number stands once in either.
    CONSTRAINT projects_foreign_credit_issued_once EXCLUDE USING gist (
        int8range(series_id, series_id, '[]') WITH &&, serials WITH &&
    ) WHERE (live AND kind = 'issuance'),
    CONSTRAINT projects_foreign_credit_used_once EXCLUDE USING gist (
        int8range(series_id, series_id, '[]') WITH &&, serials WITH &&
    ) WHERE (live AND kind <> 'issuance')
);
CREATE INDEX projects_foreign_credit_of_project ON projects_foreign_credit (project_id, kind);

-- What a later file told otherwise: the row as it was before.
CREATE TABLE projects_foreign_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects_foreign_project (id),
    credit_id bigint REFERENCES projects_foreign_credit (id),
    before jsonb NOT NULL,
    import_id bigint NOT NULL REFERENCES projects_foreign_import (id)
);
CREATE INDEX projects_foreign_change_of_project ON projects_foreign_change (project_id);

GRANT SELECT, INSERT ON
projects_foreign_register, projects_foreign_import, projects_foreign_row,
projects_foreign_project, projects_foreign_series, projects_foreign_credit,
projects_foreign_change
TO tanhui_app;
GRANT UPDATE (outcome) ON projects_foreign_import TO tanhui_app;
GRANT UPDATE (
    name, owner, kind, methodologies, status, country, region, place, longitude, latitude,
    estimated_kg, issued_kg, listed_on, registered_on, crediting_first, crediting_last, website,
    read_at, import_id
) ON projects_foreign_project TO tanhui_app;
GRANT UPDATE (live, on_day, account, beneficiary, reason, note, digest) ON projects_foreign_credit
TO tanhui_app;
