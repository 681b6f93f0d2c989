-- Of each rule the version in force on a day, or of the one that is named; of one that has not
-- begun, or has ended, none.
SELECT DISTINCT ON (publication.kind, publication.document)
    publication.id,
    publication.kind,
    publication.document,
    publication.version,
    publication.digest,
    publication.effective_from,
    publication.effective_until,
    publication.basis,
    publication.proposal_id,
    publication.decided,
    publication.outbox_id,
    publication.path,
    publication.title_zh,
    publication.title_en,
    publication.published_at,
    publication.body IS NOT NULL AS in_book
FROM rulebook_publication AS publication
WHERE
    (
        %(kind)s::text IS NULL
        OR (publication.kind = %(kind)s AND publication.document = %(document)s)
    )
    AND publication.effective_from <= %(day)s
    AND (publication.effective_until IS NULL OR publication.effective_until >= %(day)s)
ORDER BY publication.kind ASC, publication.document ASC, publication.effective_from DESC;
