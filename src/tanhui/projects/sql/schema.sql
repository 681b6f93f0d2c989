-- Projects, from a draft to their end. The application reads; a project's own row comes and changes
-- only through the functions beside this file, what was handed in is only ever added to.

-- The letters of a text and each pair of them, lower-cased: by these a part of a name is found,
-- in Chinese as in English, without reading every row.
CREATE FUNCTION projects_grams(p_text text)
RETURNS text[]
LANGUAGE sql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(array_agg(DISTINCT gram), '{}')
    FROM (
        SELECT substr(told.text, place.n, width.n) AS gram
        FROM
            (SELECT lower(normalize(p_text, nfkc)) AS text) AS told
            CROSS JOIN LATERAL generate_series(1, length(told.text)) AS place (n)
            CROSS JOIN (VALUES (1), (2)) AS width (n)
    ) AS cut
    WHERE gram !~ '\s' AND gram <> '';
$$;

-- One project. Its code is made of its number and is never given twice. `cap_kg`, the crediting
-- period and the buffer are fixed when it is registered.
CREATE TABLE projects_project (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE GENERATED ALWAYS AS (
        'CDCER-' || lpad(id::text, greatest(4, length(id::text)), '0')
    ) STORED,
    owner_id bigint NOT NULL REFERENCES identity_organisation (id),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    about_zh text NOT NULL,
    about_en text NOT NULL,
    methodology text NOT NULL,
    digest text NOT NULL,
    field text NOT NULL,
    call text NOT NULL,
    district text NOT NULL,
    geometry jsonb,
    simplified boolean NOT NULL,
    simulated boolean NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    created_at timestamptz NOT NULL,
    filed_at timestamptz,
    registered_at timestamptz,
    ended_at timestamptz,
    crediting daterange,
    cap_kg bigint,
    buffer_percent smallint,
    folded text NOT NULL GENERATED ALWAYS AS (
        lower(normalize(name_zh || ' ' || name_en, nfkc))
    ) STORED,
    grams text[] NOT NULL GENERATED ALWAYS AS (
        projects_grams(name_zh || ' ' || name_en)
    ) STORED,
    CONSTRAINT projects_project_state CHECK (
        state IN (
            'draft', 'filed', 'returned', 'complete', 'noticed', 'heard', 'assigned', 'verified',
            'proposed', 'refusing', 'registered', 'refused', 'withdrawn', 'struck_off', 'ended'
        )
    ),
    CONSTRAINT projects_project_names CHECK (
        length(name_zh) BETWEEN 1 AND 100 AND length(name_en) BETWEEN 1 AND 200
    ),
    CONSTRAINT projects_project_methodology CHECK (
        methodology ~ '^[a-z0-9.-]+@\d+\.\d+\.\d+$'
    ),
    CONSTRAINT projects_project_digest CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT projects_project_filed CHECK (
        (filed_at IS NOT NULL) OR state IN ('draft', 'withdrawn')
    ),
    CONSTRAINT projects_project_registered CHECK (
        (state IN ('registered', 'struck_off', 'ended')) = (registered_at IS NOT NULL)
    ),
    CONSTRAINT projects_project_ended CHECK (
        (state IN ('refused', 'withdrawn', 'struck_off', 'ended')) = (ended_at IS NOT NULL)
    ),
    CONSTRAINT projects_project_terms CHECK (
        (registered_at IS NULL) = (crediting IS NULL)
        AND (registered_at IS NULL) = (cap_kg IS NULL)
        AND (registered_at IS NULL) = (buffer_percent IS NULL)
    ),
    CONSTRAINT projects_project_crediting CHECK (
        NOT isempty(crediting) AND NOT lower_inf(crediting) AND NOT upper_inf(crediting)
    ),
    CONSTRAINT projects_project_cap CHECK (cap_kg > 0),
    CONSTRAINT projects_project_buffer CHECK (buffer_percent BETWEEN 0 AND 50)
);
CREATE INDEX projects_project_owner ON projects_project (owner_id, id);
CREATE INDEX projects_project_state ON projects_project (state, id);
CREATE INDEX projects_project_district ON projects_project (district, id);
CREATE INDEX projects_project_field ON projects_project (field, id);
CREATE INDEX projects_project_grams ON projects_project USING gin (grams);

-- Where a project is done; small sites are bundled under one coordinator, each with its share.
CREATE TABLE projects_site (
    project_id bigint NOT NULL REFERENCES projects_project (id),
    number integer NOT NULL,
    name text NOT NULL,
    place jsonb NOT NULL,
    meters text[] NOT NULL,
    share_ppm integer NOT NULL,
    PRIMARY KEY (project_id, number),
    CONSTRAINT projects_site_number CHECK (number > 0),
    CONSTRAINT projects_site_name CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT projects_site_share CHECK (share_ppm BETWEEN 1 AND 1000000)
);

-- A paper of a project or of one of its periods; its versions are those of the vault's file.
CREATE TABLE projects_document (
    id uuid PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects_project (id),
    period_id bigint,
    kind text NOT NULL,
    title text NOT NULL,
    file_id uuid NOT NULL UNIQUE REFERENCES vault_file (id),
    at timestamptz NOT NULL,
    CONSTRAINT projects_document_once UNIQUE NULLS NOT DISTINCT (
        project_id, period_id, kind, title
    ),
    CONSTRAINT projects_document_kind CHECK (kind ~ '^[a-z][a-z0-9-]*$'),
    CONSTRAINT projects_document_title CHECK (length(title) BETWEEN 1 AND 100)
);

-- One version of a project's design: the cells of its workbook and what the engine made of them.
-- A version after registration is a correction and says why.
CREATE TABLE projects_design (
    project_id bigint NOT NULL REFERENCES projects_project (id),
    number integer NOT NULL,
    cells jsonb NOT NULL,
    file_id uuid REFERENCES vault_file (id),
    result jsonb NOT NULL,
    digest text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, number),
    CONSTRAINT projects_design_number CHECK (number > 0)
);

-- The agreement on developing the project (开发合作协议). Another text is another number.
CREATE TABLE projects_agreement (
    project_id bigint NOT NULL REFERENCES projects_project (id),
    number integer NOT NULL,
    parties jsonb NOT NULL,
    term daterange NOT NULL,
    terms jsonb NOT NULL,
    sha256 bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, number),
    CONSTRAINT projects_agreement_number CHECK (number > 0),
    CONSTRAINT projects_agreement_term CHECK (
        NOT isempty(term) AND NOT lower_inf(term) AND NOT upper_inf(term)
    ),
    CONSTRAINT projects_agreement_hash CHECK (octet_length(sha256) = 32)
);

-- Who signed it, for which party; each party signs a text once.
CREATE TABLE projects_signature (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    party text NOT NULL,
    person_id bigint NOT NULL,
    organisation_id bigint,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, number, party),
    FOREIGN KEY (project_id, number) REFERENCES projects_agreement (project_id, number),
    CONSTRAINT projects_signature_party CHECK (party IN ('owner', 'operator')),
    CONSTRAINT projects_signature_owner CHECK (
        (party = 'owner') = (organisation_id IS NOT NULL)
    )
);

-- Which body verifies what: a project (`project:CODE`) or a period of it (`period:ID`).
CREATE TABLE projects_assignment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects_project (id),
    subject text NOT NULL,
    verifier_id bigint NOT NULL REFERENCES identity_organisation (id),
    assigner_id bigint NOT NULL,
    at timestamptz NOT NULL,
    ended_at timestamptz,
    why text,
    CONSTRAINT projects_assignment_end CHECK ((ended_at IS NULL) = (why IS NULL)),
    CONSTRAINT projects_assignment_why CHECK (why IN ('conflict', 'replaced', 'done', 'withdrawn'))
);
CREATE UNIQUE INDEX projects_assignment_live ON projects_assignment (subject)
WHERE ended_at IS NULL;
CREATE INDEX projects_assignment_verifier ON projects_assignment (verifier_id, id);
CREATE INDEX projects_assignment_project ON projects_assignment (project_id, id);

-- That a body has an interest in an owner, by its own word or the regulator's; never taken back.
CREATE TABLE projects_conflict (
    verifier_id bigint NOT NULL REFERENCES identity_organisation (id),
    owner_id bigint NOT NULL REFERENCES identity_organisation (id),
    words text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (verifier_id, owner_id),
    CONSTRAINT projects_conflict_words CHECK (length(words) BETWEEN 1 AND 500)
);

-- What two persons of the regulator decided about a project, and the leaf that tells of it.
CREATE TABLE projects_decision (
    project_id bigint NOT NULL REFERENCES projects_project (id),
    decision text NOT NULL,
    proposer_id bigint NOT NULL,
    confirmer_id bigint NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, decision),
    CONSTRAINT projects_decision_decision CHECK (
        decision IN ('registered', 'refused', 'struck_off')
    ),
    CONSTRAINT projects_decision_two_persons CHECK (proposer_id <> confirmer_id)
);

GRANT SELECT ON
projects_project, projects_site, projects_document, projects_design, projects_agreement,
projects_signature, projects_assignment, projects_conflict, projects_decision
TO tanhui_app;
GRANT INSERT ON
projects_document, projects_design, projects_agreement, projects_signature, projects_assignment,
projects_conflict, projects_decision
TO tanhui_app;
GRANT UPDATE (ended_at, why) ON projects_assignment TO tanhui_app;
