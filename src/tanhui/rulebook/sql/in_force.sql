-- The version of a rule that is in force on a day: the latest that has begun and not ended.
SELECT
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
    publication.kind = %(kind)s
    AND publication.document = %(document)s
    AND publication.effective_from <= %(day)s
    AND (publication.effective_until IS NULL OR publication.effective_until >= %(day)s)
ORDER BY publication.effective_from DESC
LIMIT 1;
