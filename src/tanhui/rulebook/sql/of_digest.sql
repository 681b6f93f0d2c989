-- Where a digest is known already: published, or in an open proposal's text.
SELECT publication.document || '@' || publication.version AS reference
FROM rulebook_publication AS publication
WHERE publication.digest = %(digest)s;
