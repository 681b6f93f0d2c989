SELECT
    publication.kind,
    publication.digest,
    publication.document || '@' || publication.version AS reference
FROM rulebook_publication AS publication
ORDER BY publication.id;
