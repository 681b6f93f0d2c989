-- By which signs a project that is like another one is found without reading every row, and what
-- persons have said about likenesses that are none.

-- The rectangle around a GeoJSON geometry, in degrees; NULL where it names no place.
CREATE FUNCTION projects_box(p_geometry jsonb)
RETURNS box
LANGUAGE sql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT box(point(min(place.x), min(place.y)), point(max(place.x), max(place.y)))
    FROM (
        SELECT (told.corner ->> 0)::float8 AS x, (told.corner ->> 1)::float8 AS y
        FROM jsonb_path_query(
            p_geometry, 'strict $.** ? (@[0].type() == "number" && @[1].type() == "number")'
        ) AS told (corner)
    ) AS place
    HAVING count(*) > 0;
$$;
REVOKE ALL ON FUNCTION projects_box(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION projects_box(jsonb) TO tanhui_app;

-- Numbers of meters as they are compared: capitals and digits alone, without leading zeros.
CREATE FUNCTION projects_meters(p_meters text[])
RETURNS text[]
LANGUAGE sql
IMMUTABLE
STRICT
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(plain.meter), '{}')
    FROM (
        SELECT ltrim(
            regexp_replace(upper(normalize(told.meter, NFKC)), '[^[:alnum:]]', '', 'g'), '0'
        ) AS meter
        FROM unnest(p_meters) AS told (meter)
    ) AS plain
    WHERE plain.meter <> '';
$$;
REVOKE ALL ON FUNCTION projects_meters(text[]) FROM public;
GRANT EXECUTE ON FUNCTION projects_meters(text[]) TO tanhui_app;

CREATE INDEX projects_project_box ON projects_project USING gist (projects_box(geometry));
CREATE INDEX projects_site_box ON projects_site USING gist (projects_box(place));
CREATE INDEX projects_site_meters ON projects_site USING gin (projects_meters(meters));

-- That a likeness is none, in a person's words, with the score it had then. Said once for good.
CREATE TABLE projects_likeness_waiver (
    project_id bigint NOT NULL REFERENCES projects_project (id),
    other text NOT NULL,
    score smallint NOT NULL,
    words text NOT NULL,
    person_id bigint NOT NULL,
    outbox_id bigint NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, other),
    CONSTRAINT projects_likeness_waiver_score CHECK (score BETWEEN 1 AND 100),
    CONSTRAINT projects_likeness_waiver_words CHECK (length(words) BETWEEN 1 AND 500)
);
GRANT SELECT, INSERT ON projects_likeness_waiver TO tanhui_app;
