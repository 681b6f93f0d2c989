-- Marks what has been credited to the next so many citizens, where it grew since the last mark.
-- Answers the last citizen looked at (none: all are done) and how many were marked. Takes no locks:
-- what is credited meanwhile counts with the next month, which helps the citizen.
CREATE FUNCTION rewards_mark_chunk(
    p_month smallint, p_after bigint, p_limit integer, p_at timestamptz
)
RETURNS TABLE (last_id bigint, people bigint, points bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    v_day date := (p_at AT TIME ZONE 'Asia/Shanghai')::date;
    v_last bigint;
BEGIN
    -- A mark counts for the month in whose days it was made, never for one that is over.
    IF p_month <> extract(YEAR FROM v_day) * 12 + extract(MONTH FROM v_day) - 1 THEN
        RAISE EXCEPTION 'month_not_now' USING ERRCODE = 'TH001';
    END IF;
    SELECT max(page.holder_id) INTO v_last
    FROM (
        SELECT holder_id FROM ledger_account
        WHERE holder_id > p_after AND kind = 1
        ORDER BY holder_id
        LIMIT p_limit
    ) AS page;
    IF v_last IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH made AS (
        INSERT INTO rewards_mark (citizen_id, month, credited, at)
        SELECT
            account.holder_id,
            p_month,
            account.credits_posted - back.again,
            p_at
        FROM ledger_account AS account
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(restored.points), 0)::bigint AS again
            FROM rewards_restored AS restored
            WHERE restored.citizen_id = account.holder_id AND restored.again
        ) AS back
        LEFT JOIN LATERAL (
            SELECT mark.credited
            FROM rewards_mark AS mark
            WHERE mark.citizen_id = account.holder_id
            ORDER BY mark.month DESC
            LIMIT 1
        ) AS before ON TRUE
        WHERE
            account.kind = 1
            AND account.holder_id > p_after
            AND account.holder_id <= v_last
            AND account.credits_posted - back.again > coalesce(before.credited, 0)
        ON CONFLICT ON CONSTRAINT rewards_mark_pkey DO NOTHING
        RETURNING rewards_mark.credited
    )

    SELECT v_last, count(*), coalesce(sum(made.credited), 0)::bigint
    FROM made;
END
$$;
REVOKE ALL ON FUNCTION rewards_mark_chunk(smallint, bigint, integer, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_mark_chunk(smallint, bigint, integer, timestamptz)
TO tanhui_app;
