SELECT
    publication.kind,
    publication.document,
    publication.version,
    publication.digest,
    publication.path,
    publication.body
FROM rulebook_publication AS publication
WHERE publication.body IS NOT NULL
ORDER BY publication.id;
