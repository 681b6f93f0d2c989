SELECT
    page.key,
    page.sealed
FROM identity_sealed_page(
    %(table_name)s, %(key_name)s, %(column_name)s, %(head)s, %(after)s, %(rows_max)s
) AS page;
