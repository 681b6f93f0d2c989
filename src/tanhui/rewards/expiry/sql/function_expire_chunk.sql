-- Lets points of the next so many citizens expire with a month that is over, or gives them to the
-- cause that the citizen chose. Answers the last citizen looked at (none: all are done), how many
-- lost points, and how many points.
--
-- Only accounts that lose something are locked, in the order of the books, and what they lose is
-- counted again under the lock. Ids follow from citizen and month: a month takes from nobody twice.
CREATE FUNCTION rewards_expire_chunk(
    p_month smallint, p_months smallint, p_month_end timestamptz, p_after bigint,
    p_limit integer, p_expired_reason smallint, p_given_reason smallint, p_at timestamptz
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
    v_last bigint;
    v_citizens bigint[];
    v_points bigint[];
    v_causes bigint[];
    v_ids uuid[];
    v_count integer;
    v_sink record;
BEGIN
    IF p_month_end > p_at THEN
        RAISE EXCEPTION 'month_not_over' USING ERRCODE = 'TH001';
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
    -- Whoever cannot lose anything is left alone.
    SELECT array_agg(account.holder_id ORDER BY account.holder_id) INTO v_citizens
    FROM ledger_account AS account
    WHERE account.kind = 1 AND account.holder_id > p_after AND account.holder_id <= v_last
        AND (
            EXISTS (
                SELECT 1 FROM rewards_mark AS mark
                WHERE mark.citizen_id = account.holder_id
                    AND mark.month <= p_month - p_months
                    AND mark.credited > account.debits_posted + account.debits_pending
            )
            OR EXISTS (
                SELECT 1 FROM rewards_restored AS restored
                WHERE restored.citizen_id = account.holder_id AND restored.again
            )
        );
    PERFORM 1 FROM ledger_account
    WHERE holder_id = ANY (v_citizens) AND kind = 1
    ORDER BY holder_id
    FOR NO KEY UPDATE;
    SELECT
        array_agg(expiring.citizen_id ORDER BY expiring.citizen_id),
        array_agg(expiring.points ORDER BY expiring.citizen_id),
        array_agg(cause.id ORDER BY expiring.citizen_id),
        array_agg(
            substr(encode(sha256(convert_to(
                'tanhui-expiry/' || expiring.citizen_id || '/' || p_month, 'UTF8'
            )), 'hex'), 1, 32)::uuid
            ORDER BY expiring.citizen_id
        )
    INTO v_citizens, v_points, v_causes, v_ids
    FROM rewards_expiring(v_citizens, p_month, p_months, p_month_end) AS expiring
    LEFT JOIN rewards_heir AS heir ON heir.citizen_id = expiring.citizen_id
    LEFT JOIN rewards_cause AS cause ON cause.id = heir.cause_id AND cause.ended_at IS NULL
    WHERE NOT EXISTS (
        SELECT 1 FROM rewards_expired AS before
        WHERE before.citizen_id = expiring.citizen_id AND before.month = p_month
    );
    v_count := coalesce(cardinality(v_citizens), 0);
    IF v_count > 0 THEN
        FOR v_sink IN
            SELECT
                CASE WHEN one.cause_id IS NULL THEN 108 ELSE 109 END::smallint AS kind,
                CASE
                    WHEN one.cause_id IS NULL THEN p_expired_reason ELSE p_given_reason
                END AS reason,
                array_agg(one.id ORDER BY one.citizen_id) AS ids,
                array_agg(one.citizen_id ORDER BY one.citizen_id) AS citizens,
                array_agg(one.points ORDER BY one.citizen_id) AS points
            FROM unnest(v_citizens, v_points, v_causes, v_ids)
                AS one (citizen_id, points, cause_id, id)
            GROUP BY 1, 2
        LOOP
            PERFORM ledger_collect(
                v_sink.ids, v_sink.citizens, v_sink.points, 1::smallint, 0, v_sink.kind,
                v_sink.reason, p_at
            );
        END LOOP;
        INSERT INTO rewards_expired (citizen_id, month, points, cause_id, transfer_id, at)
        SELECT one.citizen_id, p_month, one.points, one.cause_id, one.id, p_at
        FROM unnest(v_citizens, v_points, v_causes, v_ids)
            AS one (citizen_id, points, cause_id, id);
        UPDATE rewards_cause AS cause SET
            given_points = cause.given_points + gained.points,
            given_times = cause.given_times + gained.times
        FROM (
            SELECT one.cause_id, sum(one.points) AS points, count(*) AS times
            FROM unnest(v_points, v_causes) AS one (points, cause_id)
            WHERE one.cause_id IS NOT NULL
            GROUP BY one.cause_id
        ) AS gained
        WHERE cause.id = gained.cause_id;
    END IF;
    RETURN QUERY
    SELECT
        v_last,
        v_count::bigint,
        coalesce((SELECT sum(one.points) FROM unnest(v_points) AS one (points)), 0)::bigint;
END
$$;
REVOKE ALL ON FUNCTION rewards_expire_chunk(
    smallint, smallint, timestamptz, bigint, integer, smallint, smallint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_expire_chunk(
    smallint, smallint, timestamptz, bigint, integer, smallint, smallint, timestamptz
) TO tanhui_app;
