-- How many points of each of these citizens expire with a month: what had been credited by the last
-- month whose term is over, less what was used since ever, less what came back and is kept still.
-- That is first in, first out without a row for each deed. A citizen whose pause covers the month
-- loses nothing; months of a pause after a mark put its end off by as many.
CREATE FUNCTION rewards_expiring(
    p_citizen_ids bigint[], p_month smallint, p_months smallint, p_month_end timestamptz
)
RETURNS TABLE (citizen_id bigint, points bigint)
LANGUAGE sql
STABLE
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
    SELECT
        account.holder_id,
        mark.credited - (account.debits_posted + account.debits_pending - back.again) - back.kept
    FROM unnest(p_citizen_ids) AS asked (citizen_id)
    INNER JOIN ledger_account AS account
        ON asked.citizen_id = account.holder_id AND account.kind = 1
    CROSS JOIN LATERAL (
        SELECT
            count(*) > 0 AS ever,
            coalesce(bool_or(p_month BETWEEN span.first_month AND span.last_month), FALSE) AS now
        FROM rewards_pause AS span
        WHERE span.citizen_id = account.holder_id
    ) AS pause
    CROSS JOIN LATERAL (
        SELECT made.credited
        FROM rewards_mark AS made
        WHERE
            made.citizen_id = account.holder_id
            AND made.month <= p_month - p_months
            AND (
                NOT pause.ever
                OR made.month + p_months <= p_month - (
                    SELECT sum(
                        greatest(0, span.last_month - greatest(span.first_month - 1, made.month))
                    )
                    FROM rewards_pause AS span
                    WHERE span.citizen_id = made.citizen_id
                )
            )
        ORDER BY made.month DESC
        LIMIT 1
    ) AS mark
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(restored.points) FILTER (WHERE restored.again), 0)::bigint AS again,
            coalesce(
                sum(restored.points) FILTER (WHERE restored.until > p_month_end), 0
            )::bigint AS kept
        FROM rewards_restored AS restored
        WHERE restored.citizen_id = account.holder_id
    ) AS back
    WHERE
        mark.credited
        > account.debits_posted + account.debits_pending - back.again + back.kept
        AND NOT pause.now
$$;
REVOKE ALL ON FUNCTION rewards_expiring(bigint[], smallint, smallint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_expiring(bigint[], smallint, smallint, timestamptz)
TO tanhui_app;
