INSERT INTO rulebook_publication (
    kind, document, version, digest, effective_from, effective_until, basis, proposal_id,
    proposer_id, seconder_id, publisher_id, decided, salts, outbox_id, path, body,
    title_zh, title_en, published_at
) VALUES (
    %(kind)s, %(document)s, %(version)s, %(digest)s, %(effective_from)s, %(effective_until)s,
    %(basis)s, %(proposal_id)s, %(proposer_id)s, %(seconder_id)s, %(publisher_id)s,
    %(decided)s, %(salts)s, %(outbox_id)s, %(path)s, %(body)s, %(title_zh)s, %(title_en)s, %(at)s
)
RETURNING id;
