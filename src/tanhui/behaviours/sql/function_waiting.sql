-- Points of a citizen that were recorded since an instant and may not be spent yet. Deeds of more
-- than a quarter before do not wait: whatever is said of them has been said.
CREATE FUNCTION behaviours_waiting(p_citizen_id bigint, p_since timestamptz)
RETURNS TABLE (points bigint, oldest timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT
        coalesce(sum(behaviour.points), 0)::bigint AS points,
        min(chunk.recorded_at) AS oldest
    FROM behaviours_behaviour AS behaviour
    INNER JOIN behaviours_chunk AS chunk ON chunk.id = behaviour.chunk_id
    WHERE
        behaviour.citizen_id = p_citizen_id
        AND behaviour.started_at >= p_since - interval '92 days'
        AND chunk.recorded_at >= p_since
        AND behaviour.state <> 1
        AND NOT EXISTS (
            SELECT 1
            FROM behaviours_void AS void
            WHERE
                void.citizen_id = behaviour.citizen_id
                AND void.started_at = behaviour.started_at
                AND void.partner_id = behaviour.partner_id
                AND void.reference_digest = behaviour.reference_digest
        )
        AND (
            behaviour.state = 0
            OR EXISTS (
                SELECT 1
                FROM behaviours_hold AS hold
                INNER JOIN behaviours_hold_end AS ended ON ended.hold_id = hold.id
                WHERE
                    behaviour.state = 2
                    AND ended.outcome IN ('released', 'overdue')
                    AND hold.citizen_id = behaviour.citizen_id
                    AND hold.started_at = behaviour.started_at
                    AND hold.partner_id = behaviour.partner_id
                    AND hold.reference_digest = behaviour.reference_digest
            )
        )
$$;
REVOKE ALL ON FUNCTION behaviours_waiting(bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION behaviours_waiting(bigint, timestamptz) TO tanhui_app;
