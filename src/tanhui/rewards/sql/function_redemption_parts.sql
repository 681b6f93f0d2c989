-- Steps that several functions of redemption share; only they call them.

-- The last instant of a voucher: the end of its last day of the city.
CREATE FUNCTION rewards_valid_until(p_days integer, p_day_start timestamptz)
RETURNS timestamptz
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT p_day_start + p_days * interval '24 hours'
$$;
REVOKE ALL ON FUNCTION rewards_valid_until(integer, timestamptz) FROM public;

-- Writes down what a redemption has come to.
CREATE FUNCTION rewards_note(p_made rewards_redemption, p_actor text, p_at timestamptz)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO rewards_step (citizen_id, redemption_id, number, at, state, actor, reason)
    SELECT
        p_made.citizen_id, p_made.id, 1 + count(*), p_at, p_made.state, p_actor, p_made.reason
    FROM rewards_step
    WHERE citizen_id = p_made.citizen_id AND redemption_id = p_made.id
$$;
REVOKE ALL ON FUNCTION rewards_note(rewards_redemption, text, timestamptz) FROM public;

-- Gives the citizen what is to be shown: codes, or the voucher. One voucher stands for all units.
CREATE FUNCTION rewards_hand_over(
    p_made rewards_redemption, p_offer rewards_offer, p_voucher text
)
RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_codes integer;
BEGIN
    IF p_offer.delivery = 'scan' THEN
        INSERT INTO rewards_voucher (code, citizen_id, redemption_id, merchant_id)
        VALUES (p_voucher, p_made.citizen_id, p_made.id, p_offer.merchant_id)
        ON CONFLICT ON CONSTRAINT rewards_voucher_pkey DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'voucher_code_taken' USING ERRCODE = 'TH001';
        END IF;
    ELSIF p_offer.delivery = 'code' THEN
        UPDATE rewards_code SET redemption_id = p_made.id
        WHERE id IN (
            SELECT free.id
            FROM rewards_code AS free
            WHERE free.offer_id = p_offer.id AND free.redemption_id IS NULL
            ORDER BY free.id
            LIMIT p_made.units
            FOR NO KEY UPDATE SKIP LOCKED
        );
        GET DIAGNOSTICS v_codes = ROW_COUNT;
        IF v_codes < p_made.units THEN
            RAISE EXCEPTION 'codes_missing' USING ERRCODE = 'TH001';
        END IF;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rewards_hand_over(rewards_redemption, rewards_offer, text) FROM public;

-- What a citizen spent or set aside in the last 24 hours; what came back does not count.
CREATE FUNCTION rewards_spent_lately(p_citizen_id bigint, p_at timestamptz)
RETURNS bigint
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT coalesce(sum(points), 0)::bigint
    FROM rewards_redemption
    WHERE citizen_id = p_citizen_id AND at > p_at - interval '24 hours'
        AND state IN ('reserved', 'confirmed', 'delivered', 'entered')
$$;
REVOKE ALL ON FUNCTION rewards_spent_lately(bigint, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_spent_lately(bigint, timestamptz) TO tanhui_app;
