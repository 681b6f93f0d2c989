INSERT INTO rulebook_proposal (
    case_id, kind, document, version, digest, replaces, effective_from, effective_until,
    path, body, title_zh, title_en, reason, actor, person_id, proposed_at
) VALUES (
    %(case_id)s, %(kind)s, %(document)s, %(version)s, %(digest)s, %(replaces)s,
    %(effective_from)s, %(effective_until)s, %(path)s, %(body)s, %(title_zh)s, %(title_en)s,
    %(reason)s, %(actor)s, %(person_id)s, %(at)s
)
RETURNING id;
