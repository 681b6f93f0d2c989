-- The slots that a trip takes: those whose middle lies within it, and at least the one it begins
-- in; of the following day of the city no more than the first four hours. Whoever recounts asks
-- this; settlement counts the same in `tanhui.claims.slots` by columns. It has no settings of its
-- own, so that it becomes part of the statement that asks.
CREATE FUNCTION claims_bits(p_started timestamptz, p_ended timestamptz)
RETURNS TABLE (block integer, bits bigint)
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT
        number.block::integer,
        (1::bigint << (least(span.last - number.block * 48, 47) + 1)::integer)
        - (1::bigint << greatest(span.first - number.block * 48, 0)::integer)
    FROM (
        SELECT
            CASE WHEN whole.last < whole.first THEN whole.home ELSE whole.first END AS first,
            CASE WHEN whole.last < whole.first THEN whole.home ELSE whole.last END AS last
        FROM (
            SELECT
                floor(extract(EPOCH FROM p_started) / 300)::bigint AS home,
                ceil((extract(EPOCH FROM p_started) - 150) / 300)::bigint AS first,
                ceil((extract(EPOCH FROM p_ended) - 150) / 300)::bigint - 1 AS last
        ) AS whole
    ) AS span
    CROSS JOIN LATERAL generate_series(
        span.first / 48, least(span.last / 48, ((span.first / 48 + 2) / 6 + 1) * 6 - 2)
    ) AS number (block)
$$;
REVOKE ALL ON FUNCTION claims_bits(timestamptz, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION claims_bits(timestamptz, timestamptz) TO tanhui_app;
