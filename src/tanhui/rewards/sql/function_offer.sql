-- Writes down a draft; its code is the next one.
CREATE FUNCTION rewards_draft_offer(p_merchant_id integer, p_fields jsonb, p_at timestamptz)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_number text := nextval('rewards_offer_number')::text;
    v_code text := 'R-' || lpad(v_number, greatest(4, length(v_number)), '0');
BEGIN
    INSERT INTO rewards_offer (
        code, merchant_id, kind, delivery, category, title_zh, title_en, about_zh, about_en,
        terms_zh, terms_en, place_zh, place_en, district, price_points, value_fen, valid_days,
        person_max, person_day_max, min_level, art, release, made_at
    )
    SELECT
        v_code, p_merchant_id, told.kind, told.delivery, told.category, told.title_zh,
        told.title_en, told.about_zh, told.about_en, told.terms_zh, told.terms_en,
        told.place_zh, told.place_en, told.district, told.price_points, told.value_fen,
        told.valid_days, told.person_max, told.person_day_max, told.min_level, told.art,
        told.release, p_at
    FROM jsonb_populate_record(NULL::rewards_offer, p_fields) AS told;
    RETURN v_code;
END
$$;
REVOKE ALL ON FUNCTION rewards_draft_offer(integer, jsonb, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION rewards_draft_offer(integer, jsonb, timestamptz) TO tanhui_app;

-- Writes a draft anew. Refuses by name (TH001): offer_fixed once it was handed in, and
-- codes_imported where codes were brought for an offer that would then show none.
CREATE FUNCTION rewards_change_offer(p_code text, p_fields jsonb)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_offer rewards_offer%ROWTYPE;
BEGIN
    SELECT * INTO v_offer FROM rewards_offer WHERE code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_offer' USING ERRCODE = 'TH001';
    ELSIF v_offer.state <> 'draft' THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    ELSIF p_fields ->> 'delivery' <> 'code' AND EXISTS (
        SELECT FROM rewards_code WHERE offer_id = v_offer.id
    ) THEN
        RAISE EXCEPTION 'codes_imported' USING ERRCODE = 'TH001';
    END IF;
    UPDATE rewards_offer AS offer SET
        kind = told.kind,
        delivery = told.delivery,
        category = told.category,
        title_zh = told.title_zh,
        title_en = told.title_en,
        about_zh = told.about_zh,
        about_en = told.about_en,
        terms_zh = told.terms_zh,
        terms_en = told.terms_en,
        place_zh = told.place_zh,
        place_en = told.place_en,
        district = told.district,
        price_points = told.price_points,
        value_fen = told.value_fen,
        valid_days = told.valid_days,
        person_max = told.person_max,
        person_day_max = told.person_day_max,
        min_level = told.min_level,
        art = told.art,
        release = told.release
    FROM jsonb_populate_record(NULL::rewards_offer, p_fields) AS told
    WHERE offer.id = v_offer.id;
END
$$;
REVOKE ALL ON FUNCTION rewards_change_offer(text, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION rewards_change_offer(text, jsonb) TO tanhui_app;

-- Gives a draft its picture, or takes it away.
CREATE FUNCTION rewards_set_picture(p_code text, p_picture_id uuid)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE rewards_offer SET picture_id = p_picture_id WHERE code = p_code AND state = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rewards_set_picture(text, uuid) FROM public;
GRANT EXECUTE ON FUNCTION rewards_set_picture(text, uuid) TO tanhui_app;

-- Moves an offer to where its case stands. p_approver_id and p_publisher_id are the two persons of
-- a publication. What is closed stays closed; stock is taken off sale apart.
CREATE FUNCTION rewards_move_offer(
    p_code text, p_from text, p_to text, p_approver_id bigint, p_publisher_id bigint,
    p_at timestamptz
)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_offer rewards_offer%ROWTYPE;
BEGIN
    SELECT * INTO v_offer FROM rewards_offer WHERE code = p_code FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no_such_offer' USING ERRCODE = 'TH001';
    ELSIF v_offer.state <> p_from OR (p_from || '>' || p_to) <> ALL (ARRAY[
        'draft>submitted', 'submitted>draft', 'submitted>approved', 'submitted>closed',
        'approved>draft', 'approved>published', 'approved>closed', 'draft>closed',
        'published>closed'
    ]) THEN
        RAISE EXCEPTION 'offer_moved' USING ERRCODE = 'TH001';
    ELSIF p_to = 'published' THEN
        IF p_approver_id IS NULL OR p_publisher_id IS NULL OR p_approver_id = p_publisher_id THEN
            RAISE EXCEPTION 'two_persons_decide' USING ERRCODE = 'TH001';
        ELSIF btrim(v_offer.title_zh) = '' OR btrim(v_offer.title_en) = '' THEN
            RAISE EXCEPTION 'titles_missing' USING ERRCODE = 'TH001';
        END IF;
        INSERT INTO rewards_publication (offer_id, approver_id, publisher_id, at)
        VALUES (v_offer.id, p_approver_id, p_publisher_id, p_at);
    END IF;
    UPDATE rewards_offer SET
        state = p_to,
        published_at = CASE WHEN p_to = 'published' THEN p_at ELSE v_offer.published_at END,
        closed_at = CASE WHEN p_to = 'closed' THEN p_at END
    WHERE id = v_offer.id;
END
$$;
REVOKE ALL ON FUNCTION rewards_move_offer(
    text, text, text, bigint, bigint, timestamptz
) FROM public;
GRANT EXECUTE ON FUNCTION rewards_move_offer(
    text, text, text, bigint, bigint, timestamptz
) TO tanhui_app;

-- Keeps an offer for the transaction, so that what is read of it next holds until the end.
-- Redemptions go on meanwhile.
CREATE FUNCTION rewards_lock_offer(p_code text)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT 1 FROM rewards_offer WHERE code = p_code FOR NO KEY UPDATE;
$$;
REVOKE ALL ON FUNCTION rewards_lock_offer(text) FROM public;
GRANT EXECUTE ON FUNCTION rewards_lock_offer(text) TO tanhui_app;
