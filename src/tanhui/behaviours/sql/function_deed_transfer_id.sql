-- The id of a transfer about one deed: a hold, its end, or taking it back. The same as
-- `deed_transfer_id` in postings.py, so that a deed leads to its transfers by keys alone.
CREATE FUNCTION behaviours_deed_transfer_id(
    p_purpose text, p_citizen_id bigint, p_partner_id integer, p_digest bigint, p_kind smallint
)
RETURNS uuid
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
    SELECT encode(
        substring(
            sha256(
                convert_to(
                    concat_ws(':', p_purpose, p_citizen_id, p_partner_id, p_digest, p_kind), 'UTF8'
                )
            )
            FOR 16
        ),
        'hex'
    )::uuid
$$;
GRANT EXECUTE ON FUNCTION behaviours_deed_transfer_id(
    text, bigint, integer, bigint, smallint
) TO tanhui_app;
