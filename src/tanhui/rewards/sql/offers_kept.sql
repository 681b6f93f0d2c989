-- Offers are written by functions alone. What was handed in is fixed: the trigger says so to every
-- function there is and will be.
REVOKE INSERT ON rewards_offer FROM tanhui_app;

CREATE SEQUENCE rewards_offer_number OWNED BY rewards_offer.code;

-- Which two persons put an offer on the shelf.
CREATE TABLE rewards_publication (
    offer_id bigint PRIMARY KEY REFERENCES rewards_offer (id),
    approver_id bigint NOT NULL,
    publisher_id bigint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT rewards_publication_two_persons CHECK (approver_id <> publisher_id)
);
GRANT SELECT ON rewards_publication TO tanhui_app;

CREATE FUNCTION rewards_check_offer()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    c_moving CONSTANT text[] := ARRAY['state', 'published_at', 'closed_at'];
BEGIN
    IF old.state <> 'draft' AND to_jsonb(old) - c_moving <> to_jsonb(new) - c_moving THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    ELSIF (old.id, old.code, old.merchant_id, old.made_at)
        IS DISTINCT FROM (new.id, new.code, new.merchant_id, new.made_at)
    THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    ELSIF old.state = 'closed' AND new IS DISTINCT FROM old THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    ELSIF old.published_at IS NOT NULL AND new.published_at IS DISTINCT FROM old.published_at THEN
        RAISE EXCEPTION 'offer_fixed' USING ERRCODE = 'TH001';
    ELSIF new.state = 'published' AND NOT EXISTS (
        SELECT FROM rewards_publication WHERE offer_id = new.id
    ) THEN
        RAISE EXCEPTION 'two_persons_decide' USING ERRCODE = 'TH001';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER rewards_offer_check BEFORE UPDATE ON rewards_offer
FOR EACH ROW EXECUTE FUNCTION rewards_check_offer();
