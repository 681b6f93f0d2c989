-- What has been sent, has failed or was dropped stays so, and what was read stays read.
CREATE FUNCTION notices_refuse_ended()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'notice_ended' USING ERRCODE = 'TH001';
END;
$$;

CREATE TRIGGER notices_sending_stays
BEFORE UPDATE ON notices_sending
FOR EACH ROW WHEN (old.state IN ('sent', 'failed', 'dropped'))
EXECUTE FUNCTION notices_refuse_ended();

CREATE TRIGGER notices_message_stays
BEFORE UPDATE ON notices_message
FOR EACH ROW WHEN (old.read_at IS NOT NULL AND new.read_at IS DISTINCT FROM old.read_at)
EXECUTE FUNCTION notices_refuse_ended();

CREATE TRIGGER notices_grant_stays
BEFORE UPDATE ON notices_grant
FOR EACH ROW WHEN (old.used_at IS NOT NULL)
EXECUTE FUNCTION notices_refuse_ended();

-- The ways by which a person wants to be told of a purpose: the last choice says yes, and the
-- consent to be told outside was not taken back since.
CREATE FUNCTION notices_wanted(p_person_id bigint, p_purpose text)
RETURNS SETOF text
LANGUAGE sql
STABLE
AS $$
    SELECT last.channel
    FROM (
        SELECT DISTINCT ON (choice.channel) choice.channel, choice.wanted, choice.at
        FROM notices_choice AS choice
        WHERE choice.person_id = p_person_id AND choice.purpose = p_purpose
        ORDER BY choice.channel ASC, choice.id DESC
    ) AS last
    WHERE
        last.wanted
        AND NOT EXISTS (
            SELECT 1
            FROM identity_consent AS consent
            WHERE
                consent.person_id = p_person_id
                AND consent.purpose = 'notices'
                AND consent.event <> 'given'
                AND consent.at > last.at
        )
        AND EXISTS (
            SELECT 1
            FROM identity_consent AS consent
            WHERE
                consent.person_id = p_person_id
                AND consent.purpose = 'notices'
                AND consent.event = 'given'
        )
$$;

-- Takes away everything that somebody was told, where they are reached, and what they chose.
-- Answers how many messages there were.
CREATE FUNCTION notices_forget(p_person_id bigint)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM notices_sending WHERE person_id = p_person_id;
    DELETE FROM notices_message WHERE person_id = p_person_id;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    DELETE FROM notices_address WHERE person_id = p_person_id;
    DELETE FROM notices_proof WHERE person_id = p_person_id;
    DELETE FROM notices_grant WHERE person_id = p_person_id;
    DELETE FROM notices_choice WHERE person_id = p_person_id;
    RETURN v_count;
END;
$$;

-- Takes away messages older than an instant, at most so many, and proofs that ran out.
CREATE FUNCTION notices_forget_old(p_before timestamptz, p_now timestamptz, p_limit integer)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_ids uuid[];
BEGIN
    IF p_before > p_now - interval '90 days' THEN
        RAISE EXCEPTION 'notices_too_young' USING ERRCODE = 'TH001';
    END IF;
    v_ids := ARRAY(
        SELECT id FROM notices_message WHERE at < p_before ORDER BY at LIMIT p_limit
    );
    DELETE FROM notices_sending AS sending
    USING notices_message AS message
    WHERE
        message.id = ANY (v_ids)
        AND sending.person_id = message.person_id
        AND sending.message_id = message.id;
    DELETE FROM notices_message WHERE id = ANY (v_ids);
    DELETE FROM notices_proof WHERE until < p_now - interval '1 day';
    RETURN cardinality(v_ids);
END;
$$;

REVOKE ALL ON FUNCTION notices_forget(bigint) FROM public;
REVOKE ALL ON FUNCTION notices_forget_old(timestamptz, timestamptz, integer) FROM public;
GRANT EXECUTE ON FUNCTION notices_forget(bigint) TO tanhui_app;
GRANT EXECUTE ON FUNCTION notices_forget_old(timestamptz, timestamptz, integer) TO tanhui_app;
