-- Every version of a rule, the latest first.
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
WHERE publication.kind = %(kind)s AND publication.document = %(document)s
ORDER BY publication.effective_from DESC, publication.id DESC;
