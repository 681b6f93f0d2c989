-- Sealed columns of any table, page by page, so that values can be sealed anew while programs run.
-- Only the owner may call these: the application's role may not rewrite what it cannot change.

CREATE FUNCTION identity_sealed_page(
    p_table text, p_key text, p_column text, p_head bytea, p_after text, p_rows integer
)
RETURNS TABLE (key text, sealed bytea)
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.%1$I::text, t.%2$I FROM %3$I AS t'
        ' WHERE t.%2$I IS NOT NULL AND ($1 IS NULL OR substring(t.%2$I FOR 5) <> $1)%4$s'
        -- A table may have several rows of one key; a page never cuts between them.
        ' ORDER BY t.%1$I FETCH FIRST $2 ROWS WITH TIES',
        p_key,
        p_column,
        p_table,
        CASE WHEN p_after IS NOT NULL THEN format(' AND t.%I > %L', p_key, p_after) ELSE '' END
    ) USING p_head, p_rows;
END
$$;

-- A value that somebody changed meanwhile is left as it is; answers how many were written.
CREATE FUNCTION identity_sealed_write(
    p_table text, p_key text, p_column text, p_where text,
    p_keys text[], p_olds bytea[], p_news bytea[]
)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    written bigint;
BEGIN
    EXECUTE format(
        'UPDATE %1$I AS t SET %2$I = given.fresh'
        ' FROM unnest($1, $2, $3) AS given (key, stale, fresh)'
        ' WHERE t.%3$I = given.key::%5$s AND t.%4$I = given.stale',
        p_table, p_column, p_key, p_where,
        (
            SELECT format_type(attribute.atttypid, NULL)
            FROM pg_attribute AS attribute
            WHERE attribute.attrelid = p_table::regclass AND attribute.attname = p_key
        )
    ) USING p_keys, p_olds, p_news;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

REVOKE EXECUTE ON FUNCTION
identity_sealed_page, identity_sealed_write
FROM public;
