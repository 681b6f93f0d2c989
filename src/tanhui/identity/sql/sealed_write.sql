SELECT identity_sealed_write(
    %(table_name)s, %(key_name)s, %(column_name)s, %(held_name)s,
    %(row_keys)s::text[], %(olds)s::bytea[], %(news)s::bytea[]
);
