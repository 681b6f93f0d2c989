-- The id of the posting that paid a citizen in a chunk, for one kind of account: a UUID of
-- version 8 made of the three numbers, so that a deed leads to its posting by keys alone.
CREATE FUNCTION behaviours_posting_id(p_chunk_id bigint, p_citizen_id bigint, p_kind smallint)
RETURNS uuid
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
    SELECT (
        lpad(to_hex((p_chunk_id << 16) | 32768 | p_kind), 16, '0')
        || lpad(to_hex((-9223372036854775808) | p_citizen_id), 16, '0')
    )::uuid
$$;
GRANT EXECUTE ON FUNCTION behaviours_posting_id(bigint, bigint, smallint) TO tanhui_app;
