-- What the texts are that the book holds itself, as one value; NULL where it holds none.
SELECT
    encode(
        sha256(
            convert_to(string_agg(publication.digest, ',' ORDER BY publication.id), 'UTF8')
        ),
        'hex'
    ) AS mark
FROM rulebook_publication AS publication
WHERE publication.body IS NOT NULL;
