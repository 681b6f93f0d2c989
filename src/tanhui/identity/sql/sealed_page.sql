SELECT
    page.key,
    page.sealed
FROM identity_sealed_page(
    %(table)s, %(key)s, %(column)s, %(head)s, %(after)s, %(rows_max)s
) AS page;
