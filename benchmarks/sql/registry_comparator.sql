-- What a transfer and a retirement cost at least: one call locks the block's row, cuts it under an
-- exclusion constraint, retires the part, and writes two rows of events. No accounts, no books, no
-- log, no audit, no permission, no reference.
CREATE TABLE bare_block (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serials int8range NOT NULL,
    owner integer NOT NULL,
    state text NOT NULL DEFAULT 'held',
    EXCLUDE USING gist (serials WITH &&)
);
CREATE TABLE bare_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    block_id bigint NOT NULL,
    kind text NOT NULL,
    serials int8range NOT NULL,
    at timestamptz NOT NULL
);
CREATE FUNCTION bare_cycle(p_block_id bigint, p_kg bigint, p_buyer integer)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    v_serials int8range;
    v_part int8range;
    v_child bigint;
BEGIN
    SELECT serials INTO v_serials FROM bare_block
    WHERE id = p_block_id AND state = 'held' FOR UPDATE;
    IF NOT FOUND OR upper(v_serials) - lower(v_serials) <= p_kg THEN
        RAISE EXCEPTION 'not_enough';
    END IF;
    v_part := int8range(lower(v_serials), lower(v_serials) + p_kg);
    UPDATE bare_block SET serials = int8range(upper(v_part), upper(v_serials))
    WHERE id = p_block_id;
    INSERT INTO bare_block (serials, owner) VALUES (v_part, p_buyer) RETURNING id INTO v_child;
    INSERT INTO bare_event (block_id, kind, serials, at)
    VALUES (v_child, 'transfer', v_part, now());
    PERFORM 1 FROM bare_block WHERE id = v_child AND state = 'held' FOR UPDATE;
    UPDATE bare_block SET state = 'retired' WHERE id = v_child;
    INSERT INTO bare_event (block_id, kind, serials, at) VALUES (v_child, 'retire', v_part, now());
    RETURN v_child;
END
$$;
INSERT INTO bare_block (serials, owner)
SELECT
    int8range(number * 1000 + 1, number * 1000 + 1001),
    (number %% %(holders)s)::integer
FROM generate_series(0, %(blocks)s - 1) AS number;
ANALYZE bare_block;
