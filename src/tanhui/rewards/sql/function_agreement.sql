-- Which offers a window pays for: asked, agreed, denied, ended. Refuses by name (TH001).

-- What every sponsor's word is now. A question, and a no to it, leave an earlier yes as it is.
CREATE VIEW rewards_agreement WITH (security_invoker = TRUE) AS
SELECT DISTINCT ON (funding_id, offer_id)
    funding_id,
    offer_id,
    state,
    cost_fen,
    units,
    at
FROM rewards_funding_offer
WHERE state IN ('agreed', 'ended')
ORDER BY funding_id ASC, offer_id ASC, number DESC;
GRANT SELECT ON rewards_agreement TO tanhui_app;

CREATE FUNCTION rewards_agree(
    p_funding_id bigint, p_offer_id bigint, p_state text, p_cost_fen bigint, p_units integer,
    p_words text, p_actor text, p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_funding rewards_funding%ROWTYPE;
    v_last rewards_funding_offer%ROWTYPE;
    v_agreed text;
    v_offer_state text;
BEGIN
    -- Whoever puts units on sale shares this lock and sees either the old word or the new one.
    SELECT * INTO v_funding FROM rewards_funding WHERE id = p_funding_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_funding' USING ERRCODE = 'TH001';
    ELSIF v_funding.ended_at IS NOT NULL OR v_funding.until <= p_at THEN
        RAISE EXCEPTION 'funding_ended' USING ERRCODE = 'TH001';
    END IF;
    SELECT state INTO v_offer_state FROM rewards_offer WHERE id = p_offer_id;
    SELECT * INTO v_last FROM rewards_funding_offer
    WHERE funding_id = p_funding_id AND offer_id = p_offer_id
    ORDER BY number DESC
    LIMIT 1;
    SELECT state INTO v_agreed FROM rewards_agreement
    WHERE funding_id = p_funding_id AND offer_id = p_offer_id;
    IF p_state IN ('asked', 'agreed') AND v_offer_state NOT IN ('approved', 'published') THEN
        RAISE EXCEPTION 'offer_closed' USING ERRCODE = 'TH001';
    ELSIF p_state = 'asked' AND v_last.state = 'asked' THEN
        RAISE EXCEPTION 'agreement_asked' USING ERRCODE = 'TH001';
    ELSIF p_state = 'denied' AND v_last.state IS DISTINCT FROM 'asked' THEN
        RAISE EXCEPTION 'agreement_not_asked' USING ERRCODE = 'TH001';
    ELSIF p_state = 'ended' AND v_agreed IS DISTINCT FROM 'agreed' THEN
        RAISE EXCEPTION 'funding_not_agreed' USING ERRCODE = 'TH001';
    END IF;
    INSERT INTO rewards_funding_offer (
        funding_id, offer_id, number, state, cost_fen, units, words, actor, at
    ) VALUES (
        p_funding_id, p_offer_id, 1 + coalesce(v_last.number, 0), p_state,
        coalesce(p_cost_fen, v_last.cost_fen), coalesce(p_units, v_last.units), p_words,
        p_actor, p_at
    );
END
$$;
REVOKE ALL ON FUNCTION rewards_agree(
    bigint, bigint, text, bigint, integer, text, text, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_agree(
    bigint, bigint, text, bigint, integer, text, text, timestamptz
) TO tanhui_app;

-- No unit goes on sale for which its sponsor did not give its word, at that price, in that number.
-- Units that nobody took when their batch ended count no more.
CREATE FUNCTION rewards_batch_agreed()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_agreed rewards_agreement%ROWTYPE;
    v_units bigint;
BEGIN
    SELECT * INTO v_agreed FROM rewards_agreement
    WHERE funding_id = NEW.funding_id AND offer_id = NEW.offer_id;
    IF v_agreed.state IS DISTINCT FROM 'agreed' THEN
        RAISE EXCEPTION 'funding_not_agreed' USING ERRCODE = 'TH001';
    ELSIF NEW.cost_fen > v_agreed.cost_fen THEN
        RAISE EXCEPTION 'funding_cost_above' USING ERRCODE = 'TH001',
            DETAIL = json_build_object('cost_fen', v_agreed.cost_fen)::text;
    END IF;
    SELECT coalesce(sum(units - coalesce(unsold_units, 0)), 0) INTO v_units
    FROM rewards_batch
    WHERE funding_id = NEW.funding_id AND offer_id = NEW.offer_id;
    IF v_units + NEW.units > v_agreed.units THEN
        RAISE EXCEPTION 'funding_units_above' USING ERRCODE = 'TH001',
            DETAIL = json_build_object('left', greatest(v_agreed.units - v_units, 0))::text;
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION rewards_batch_agreed() FROM public;
CREATE TRIGGER rewards_batch_agreed BEFORE INSERT ON rewards_batch
FOR EACH ROW EXECUTE FUNCTION rewards_batch_agreed();
