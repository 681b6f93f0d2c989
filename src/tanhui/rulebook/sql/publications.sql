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
ORDER BY publication.id;
