-- Gives the next places of the log to leaves that have none, in the order of their numbers as far
-- as they are committed, and answers how many there were. Leaves are committed out of order: one
-- that comes late takes a later place. Whoever numbers holds a lock until its transaction ends,
-- and only then reads how far the log goes, so that places follow each other without a gap.
CREATE FUNCTION publiclog_number(p_limit integer)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_next bigint;
    v_given bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tanhui.publiclog.number', 0));
    SELECT coalesce(max(leaf.position) + 1, 0) INTO v_next FROM publiclog_outbox AS leaf;
    WITH waiting AS (
        SELECT leaf.id FROM publiclog_outbox AS leaf
        WHERE leaf.position IS NULL
        ORDER BY leaf.id
        LIMIT p_limit
    ),

    placed AS (
        SELECT
            waiting.id,
            v_next + row_number() OVER (ORDER BY waiting.id) - 1 AS place
        FROM waiting
    )

    UPDATE publiclog_outbox AS leaf
    SET position = placed.place
    FROM placed
    WHERE leaf.id = placed.id;
    GET DIAGNOSTICS v_given = ROW_COUNT;
    RETURN v_given;
END
$$;
REVOKE ALL ON FUNCTION publiclog_number(integer) FROM public;
GRANT EXECUTE ON FUNCTION publiclog_number(integer) TO tanhui_app;
